/** Owns the mark that says whether it is proven who somebody is. */
import { Tooltip } from "@mantine/core";
import { IconShieldCheck, IconShieldQuestion } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Proof } from "../../api/rest";
import classes from "./Customers.module.css";

export function ProofMark({ proof }: { proof: Proof }) {
  const { t } = useTranslation();
  const Icon = proof === "signed" ? IconShieldCheck : IconShieldQuestion;
  return (
    <Tooltip label={t(`customers.proof_text.${proof}`)} multiline w={240}>
      <span className={classes.proof} data-proof={proof}>
        <Icon size={14} />
        {t(`customers.proof.${proof}`)}
      </span>
    </Tooltip>
  );
}
