/** Owns the fields of the provider: what is entered there, what it gives, and the test of it. */
import { Alert, Button, Input, PasswordInput, TagsInput, TextInput } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { SingleSignOn, TriedProvider } from "../../../api/rest";
import { request } from "../../api/http";
import { CodeBlock } from "../../ui/CodeBlock";
import { type Editor, errorBelow } from "../../ui/editor";
import { Section, Two } from "../../ui/form";
import type { SsoForm } from "./SingleSignOnPage";

/** Where providers send browsers back to. */
const REDIRECT_PATH = "/api/v1/session/provider";

interface ProviderSectionProps {
  editor: Editor<SsoForm>;
  settings: SingleSignOn;
}

export function ProviderSection({ editor, settings }: ProviderSectionProps) {
  const { t } = useTranslation();
  const { form } = editor;
  const { issuer } = form.values;
  const other = settings.has_secret && issuer.trim() !== settings.issuer;
  return (
    <Section title={t("single_sign_on.provider")} text={t("single_sign_on.provider_text")}>
      <Input.Wrapper
        labelElement="div"
        label={t("single_sign_on.redirect")}
        description={t("single_sign_on.redirect_text")}
      >
        <div style={{ marginTop: 4 }}>
          <CodeBlock
            code={`${window.location.origin}${REDIRECT_PATH}`}
            label={t("single_sign_on.copy_redirect")}
          />
        </div>
      </Input.Wrapper>
      <TextInput
        label={t("single_sign_on.issuer")}
        description={t("single_sign_on.issuer_text")}
        placeholder="https://id.example.com"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        {...form.getInputProps("issuer")}
      />
      <Two>
        <TextInput
          label={t("single_sign_on.client_id")}
          autoComplete="off"
          spellCheck={false}
          inputWrapperOrder={["label", "input", "error", "description"]}
          {...form.getInputProps("client_id")}
        />
        <PasswordInput
          visibilityToggleButtonProps={{ "aria-label": t("action.show_password") }}
          label={t("single_sign_on.client_secret")}
          description={t(
            other
              ? "single_sign_on.secret_again"
              : settings.has_secret
                ? "single_sign_on.secret_kept"
                : "single_sign_on.secret_text",
          )}
          inputWrapperOrder={["label", "input", "error", "description"]}
          autoComplete="new-password"
          {...form.getInputProps("client_secret")}
        />
      </Two>
      <TagsInput
        label={t("single_sign_on.scopes")}
        description={t("single_sign_on.scopes_text")}
        splitChars={[",", " "]}
        maxTags={10}
        {...form.getInputProps("scopes")}
        error={errorBelow(form, "scopes")}
      />
      <Test issuer={issuer.trim()} />
    </Section>
  );
}

/** What was tried is told as long as the address is the one that was tried. */
function Test({ issuer }: { issuer: string }) {
  const { t } = useTranslation();
  const test = useMutation({
    mutationFn: (tried: string) => request<TriedProvider>("POST", "/single-sign-on/test", { issuer: tried }),
  });
  const result = test.variables === issuer ? test.data : undefined;
  const failure = test.variables === issuer ? test.error : null;
  return (
    <>
      <Button
        variant="default"
        loading={test.isPending}
        disabled={issuer === ""}
        onClick={() => test.mutate(issuer)}
        style={{ alignSelf: "flex-start" }}
      >
        {t("single_sign_on.test")}
      </Button>
      {failure && (
        <Alert color="red" role="alert" icon={<IconAlertTriangle />}>
          {failure.message}
        </Alert>
      )}
      {result?.problem && (
        <Alert
          color="red"
          role="alert"
          icon={<IconAlertTriangle />}
          title={t("single_sign_on.test_bad")}
          style={{ overflowWrap: "anywhere" }}
        >
          {t(`single_sign_on.problem.${result.problem.code}`, {
            address: result.problem.address,
            said: result.problem.said,
          })}
        </Alert>
      )}
      {result && !result.problem && (
        <Alert color="accent" role="status" icon={<IconCheck />} style={{ overflowWrap: "anywhere" }}>
          {t("single_sign_on.test_good", { address: result.authorization_endpoint })}
        </Alert>
      )}
    </>
  );
}
