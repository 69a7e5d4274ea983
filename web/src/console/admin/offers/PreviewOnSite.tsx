/** Owns the link that shows an offer on a page of the site: which page, making the link, opening and copying it. */
import { Alert, Anchor, Autocomplete, Button, Modal, Stack, Text } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Offer, OfferPreview } from "../../../api/rest";
import { ApiError, request } from "../../api/http";
import { fieldErrors } from "../../api/pointer";
import { useSeen, useSites } from "../../api/queries";
import { CodeBlock } from "../../ui/CodeBlock";
import { clock } from "../../ui/format";
import { choosablePages } from "./pages";

interface PreviewOnSiteProps {
  offer: Offer;
  /** What is edited is not what is saved. */
  unsaved: boolean;
}

export function PreviewOnSite({ offer, unsaved }: PreviewOnSiteProps) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconExternalLink size={16} />}
        onClick={() => setOpened(true)}
        aria-haspopup="dialog"
      >
        {t("offers.on_site.button")}
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={t("offers.on_site.title")}>
        <LinkForm offer={offer} unsaved={unsaved} />
      </Modal>
    </>
  );
}

function LinkForm({ offer, unsaved }: PreviewOnSiteProps) {
  const { t, i18n } = useTranslation();
  const origins = useSites().data?.find((site) => site.id === offer.site_id)?.origins ?? [];
  const seen = useSeen(offer.site_id).data?.pages ?? [];
  const pages = choosablePages(
    origins,
    seen.map((page) => page.url),
  );
  const [typed, setTyped] = useState<string | null>(null);
  const page = typed ?? pages[0] ?? "";
  const make = useMutation<OfferPreview, Error>({
    mutationFn: () => request("POST", `/offers/${offer.id}/previews`, { page }),
    onSuccess: ({ url }) => {
      const shown = window.open(url, "_blank");
      if (shown) shown.opener = null;
    },
  });
  if (origins.length === 0) {
    return (
      <Text>
        {t("offers.on_site.no_origin")}{" "}
        <Anchor component={Link} href={`/admin/sites/${offer.site_id}`}>
          {t("offers.on_site.to_site")}
        </Anchor>
      </Text>
    );
  }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <Stack gap={16}>
        <Text c="dimmed">{t("offers.on_site.text")}</Text>
        {unsaved && <Alert color="yellow">{t("offers.on_site.unsaved")}</Alert>}
        <Autocomplete
          label={t("offers.on_site.page")}
          description={t("offers.on_site.page_help")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          withAsterisk
          data-autofocus
          data={pages}
          limit={30}
          spellCheck={false}
          value={page}
          onChange={(value) => {
            setTyped(value);
            make.reset();
          }}
          error={make.error && refusal(make.error)}
        />
        <div>
          <Button type="submit" loading={make.isPending} leftSection={<IconExternalLink size={16} />}>
            {t("offers.on_site.open")}
          </Button>
        </div>
        {make.data && (
          <div role="status">
            <Text mb={8}>
              {t("offers.on_site.made", { time: clock(make.data.expires_at, i18n.language) })}{" "}
              <Anchor href={make.data.url} target="_blank" rel="noreferrer">
                {t("offers.on_site.again")}
              </Anchor>
            </Text>
            <CodeBlock code={make.data.url} label={t("offers.on_site.copy")} />
          </div>
        )}
      </Stack>
    </form>
  );
}

function refusal(error: Error): string {
  if (!(error instanceof ApiError)) return error.message;
  return fieldErrors(error.problem, () => "page").fields.page ?? error.message;
}
