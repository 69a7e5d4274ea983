/** Owns the mark that says whether it is proven who somebody is. */
import { Tooltip } from "@mantine/core";
import { IconShieldCheck, IconShieldQuestion } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Proof } from "../../api/rest";
import classes from "./Customers.module.css";

export function ProofMark({ proof }: { proof: Proof }) {
  const { t } = useTranslation();
  return (
    <Tooltip label={t(`customers.proof_text.${proof}`)} multiline w={240}>
      <span className={classes.proof} data-proof={proof}>
        {signOf(proof)}
        {t(`customers.proof.${proof}`)}
      </span>
    </Tooltip>
  );
}

interface ProofSignProps {
  proof: Proof;
  word: string;
  text: string;
}

/** The same in little room, where the words are at hand: a long table has one of these in many lines. */
export function ProofSign({ proof, word, text }: ProofSignProps) {
  return (
    <span
      className={classes.proof}
      data-proof={proof}
      title={`${word}. ${text}`}
      role="img"
      aria-label={word}
    >
      {signOf(proof)}
    </span>
  );
}

function signOf(proof: Proof) {
  return proof === "signed" ? <IconShieldCheck size={14} /> : <IconShieldQuestion size={14} />;
}
