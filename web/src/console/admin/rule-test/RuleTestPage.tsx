/** Owns the rule test: a visitor, real or imagined, and what the rules decide for them. */
import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Section } from "../../ui/form";
import { PageHead } from "../../ui/PageHead";
import { usePageTitle } from "../../ui/usePageTitle";
import classes from "../Admin.module.css";
import { Imagined } from "./Imagined";
import { Real } from "./Real";

type Source = "imagined" | "real";

export function RuleTestPage({ site }: { site: string }) {
  const { t } = useTranslation();
  usePageTitle(t("rule_test.title"));
  const [source, setSource] = useState<Source>("imagined");
  const head = (
    <Section title={t("rule_test.source")}>
      <SegmentedControl
        aria-label={t("rule_test.source")}
        data={(["imagined", "real"] as const).map((value) => ({
          value,
          label: t(`rule_test.sources.${value}`),
        }))}
        value={source}
        onChange={(value) => setSource(value as Source)}
      />
    </Section>
  );
  return (
    <div className={classes.inner}>
      <PageHead
        title={t("rule_test.title")}
        text={t("rule_test.text")}
        back={{ href: `/admin/sites/${site}/rules`, label: t("rules.title") }}
      />
      {source === "imagined" ? <Imagined site={site} head={head} /> : <Real site={site} head={head} />}
    </div>
  );
}
