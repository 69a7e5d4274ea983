/** Owns the snippet of a site, in the forms in which websites take it, and what their policy must allow. */
import { SegmentedControl, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Site } from "../../../api/rest";
import { CodeBlock } from "../../ui/CodeBlock";
import { Section } from "../../ui/form";
import classes from "../Admin.module.css";
import { cspFor, loader_integrity, type SnippetKind, snippetFor } from "./snippet";

const KINDS: readonly SnippetKind[] = loader_integrity
  ? ["plain", "manager", "pinned"]
  : ["plain", "manager"];

export function SnippetSection({ site }: { site: Site }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<SnippetKind>("plain");
  return (
    <Section title={t("sites.snippet")} text={t("sites.snippet_text")}>
      <SegmentedControl
        aria-label={t("sites.snippet_kind.label")}
        value={kind}
        onChange={(chosen) => setKind(chosen as SnippetKind)}
        data={KINDS.map((value) => ({ value, label: t(`sites.snippet_kind.${value}`) }))}
        size="xs"
        style={{ alignSelf: "start" }}
      />
      <Text>{t(`sites.snippet_kind.${kind}_help`)}</Text>
      <CodeBlock code={snippetFor(location.origin, site.key, kind)} label={t("sites.snippet_copy")} />
      <div>
        <strong>{t("sites.csp")}</strong>
        <div className={classes.second}>{t("sites.csp_text")}</div>
      </div>
      <CodeBlock code={cspFor(location.origin)} label={t("sites.csp_copy")} />
    </Section>
  );
}
