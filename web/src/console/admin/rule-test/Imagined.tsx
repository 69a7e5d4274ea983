/** Owns the test of an imagined visit: its fields, running it, and the decision. */
import { Autocomplete, Button, Checkbox, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import type { RuleTest, TestResult } from "../../../api/rest";
import { ApiError, request } from "../../api/http";
import { fieldErrors } from "../../api/pointer";
import { useOffers, useQueues, useRules, useSeen, useSiteZone } from "../../api/queries";
import { Explained } from "../../decisions/Decisions";
import { Section, Two } from "../../ui/form";
import classes from "../Admin.module.css";
import { type Draft, EMPTY, parseAttribute, parsed, parseEvent, type TestSite, toTest } from "./situation";

type DraftForm = UseFormReturnType<Draft>;

export function Imagined({ site, head }: { site: string; head: ReactNode }) {
  const { t } = useTranslation();
  const id = useId();
  const about = useTestSite(site);
  const form = useForm<Draft>({
    initialValues: EMPTY,
    validate: {
      url: (url) => (url.trim() === "" ? t("rule_test.url_required") : null),
      attributes: (text) => {
        const { wrong } = parsed(text, (line) => parseAttribute(line, false));
        return wrong === null ? null : t("rule_test.attributes_wrong", { line: wrong });
      },
      events: (text) => {
        const { wrong } = parsed(text, parseEvent);
        return wrong === null ? null : t("rule_test.events_wrong", { line: wrong });
      },
    },
    validateInputOnBlur: ["attributes", "events"],
  });
  const run = useMutation<TestResult, Error, RuleTest>({
    mutationFn: (body) => request("POST", `/sites/${site}/rules/test`, body),
    onError: (error) => {
      if (!(error instanceof ApiError)) return;
      const { fields } = fieldErrors(
        error.problem,
        (path) => path.replace(/^situation\./, "").split(".")[0] ?? null,
      );
      form.setErrors(fields);
    },
  });
  return (
    <div className={classes.split}>
      <form id={id} onSubmit={form.onSubmit((draft) => run.mutate(toTest(draft, about)))} noValidate>
        {head}
        <PageFields form={form} site={site} />
        <VisitFields form={form} />
        <Section title={t("rule_test.when")}>
          <Two>
            <TextInput
              type="datetime-local"
              label={t("rule_test.at", { zone: about.time_zone })}
              description={t("rule_test.at_help")}
              inputWrapperOrder={["label", "input", "description", "error"]}
              {...form.getInputProps("at")}
            />
            <Count form={form} name="wait_s" max={86_400} />
          </Two>
          <Checkbox
            label={t("rule_test.available")}
            {...form.getInputProps("assume_available", { type: "checkbox" })}
          />
        </Section>
      </form>
      <aside className={classes.aside}>
        <Section title={t("rule_test.result")}>
          <div>
            <Button type="submit" form={id} loading={run.isPending}>
              {t("rule_test.run")}
            </Button>
          </div>
          <Result site={site} result={run.data ?? null} error={run.error} />
        </Section>
      </aside>
    </div>
  );
}

function useTestSite(site: string): TestSite {
  const time_zone = useSiteZone(site);
  const queues = useQueues(site);
  return { time_zone, queues: (queues.data ?? []).map(({ id }) => id) };
}

function PageFields({ form, site }: { form: DraftForm; site: string }) {
  const { t } = useTranslation();
  const pages = useSeen(site).data?.pages ?? [];
  return (
    <Section title={t("rule_test.page")}>
      <Autocomplete
        label={t("rule_test.url")}
        withAsterisk
        placeholder="https://www.example.com/prices"
        data={[...new Set(pages.map((page) => page.url))]}
        limit={50}
        spellCheck={false}
        {...form.getInputProps("url")}
      />
      <Two>
        <TextInput label={t("rule_test.page_title")} {...form.getInputProps("title")} />
        <TextInput label={t("rule_test.referrer")} spellCheck={false} {...form.getInputProps("referrer")} />
      </Two>
      <Two>
        <Count form={form} name="dwell_s" max={86_400} />
        <Count form={form} name="views" min={1} max={1_000} />
      </Two>
      <Two>
        <Count form={form} name="scrolled_percent" max={100} />
        <Count form={form} name="inactive_s" max={86_400} />
      </Two>
      <Two>
        <Count form={form} name="form_entered_s" max={86_400} />
        <Count form={form} name="form_idle_s" max={86_400} />
      </Two>
      <Checkbox
        label={t("rule_test.exit_intended")}
        {...form.getInputProps("exit_intended", { type: "checkbox" })}
      />
    </Section>
  );
}

function VisitFields({ form }: { form: DraftForm }) {
  const { t } = useTranslation();
  const below: ("label" | "input" | "description" | "error")[] = ["label", "input", "description", "error"];
  return (
    <Section title={t("rule_test.visit")}>
      <Two>
        <Count form={form} name="on_site_s" max={86_400} />
        <Count form={form} name="visit_number" min={1} max={100_000} />
      </Two>
      <Two>
        <Count form={form} name="previous_chats" max={10_000} />
        <Select
          label={t("rule_test.identified")}
          allowDeselect={false}
          data={(["no", "claimed", "signed"] as const).map((value) => ({
            value,
            label: t(`rule_test.identifieds.${value}`),
          }))}
          {...form.getInputProps("identified")}
        />
      </Two>
      <Two>
        <Select
          label={t("rule_test.device")}
          allowDeselect={false}
          data={(["desktop", "phone", "tablet"] as const).map((value) => ({
            value,
            label: t(`visitors.devices.${value}`),
          }))}
          {...form.getInputProps("device")}
        />
        <TextInput label={t("rule_test.language")} maxLength={64} {...form.getInputProps("language")} />
      </Two>
      <Textarea
        label={t("rule_test.earlier")}
        description={t("rule_test.earlier_help")}
        inputWrapperOrder={below}
        autosize
        minRows={1}
        maxRows={6}
        spellCheck={false}
        {...form.getInputProps("earlier")}
      />
      <Two>
        <Textarea
          label={t("rule_test.attributes")}
          description={t("rule_test.attributes_help")}
          inputWrapperOrder={below}
          autosize
          minRows={2}
          maxRows={6}
          spellCheck={false}
          {...form.getInputProps("attributes")}
        />
        <Textarea
          label={t("rule_test.events")}
          description={t("rule_test.events_help")}
          inputWrapperOrder={below}
          autosize
          minRows={2}
          maxRows={6}
          spellCheck={false}
          {...form.getInputProps("events")}
        />
      </Two>
    </Section>
  );
}

type CountName =
  | "dwell_s"
  | "views"
  | "on_site_s"
  | "scrolled_percent"
  | "inactive_s"
  | "form_entered_s"
  | "form_idle_s"
  | "visit_number"
  | "previous_chats"
  | "wait_s";

function Count({
  form,
  name,
  min = 0,
  max,
}: {
  form: DraftForm;
  name: CountName;
  min?: number;
  max: number;
}) {
  const { t } = useTranslation();
  return (
    <NumberInput
      label={t(`rule_test.${name}`)}
      allowDecimal={false}
      allowNegative={false}
      min={min}
      max={max}
      clampBehavior="blur"
      {...form.getInputProps(name)}
    />
  );
}

function Result({ site, result, error }: { site: string; result: TestResult | null; error: Error | null }) {
  const { t } = useTranslation();
  const offers = useOffers(site).data ?? [];
  const rules = useRules(site).data ?? [];
  const queues = useQueues(site).data ?? [];
  if (error) return <p role="alert">{`${t("rule_test.failed")}. ${error.message}`}</p>;
  if (!result) return <p className={classes.second}>{t("rule_test.waiting")}</p>;
  const { action, explanation } = result;
  return <Explained explanation={explanation} site={site} answer={action ? answer(action) : undefined} />;

  function answer(taken: NonNullable<TestResult["action"]>): string {
    const queue = queues.find((known) => known.id === taken.queue)?.name ?? "";
    if (taken.do === "alert") return t("rule_test.alerts", { queue });
    const offer = offers.find((known) => known.id === taken.offer)?.name ?? "";
    const rule = rules.find((known) => known.id === taken.rule)?.name;
    return rule ? t("rule_test.presents_by", { offer, rule }) : t("rule_test.presents", { offer });
  }
}
