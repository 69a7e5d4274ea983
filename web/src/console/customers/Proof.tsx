/** Owns the mark that says how it is known who somebody is: proven, claimed, or linked by hand. */
import { Tooltip } from "@mantine/core";
import { IconLink, IconShieldCheck, IconShieldQuestion } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { CustomerLink, Proof } from "../../api/rest";
import classes from "./Customers.module.css";

export function LinkMark({ link }: { link: CustomerLink }) {
  const { t } = useTranslation();
  if (link !== "by_hand") return <ProofMark proof={link} />;
  return (
    <span className={classes.proof}>
      {signOf(link)}
      {t("customers.by_hand")}
    </span>
  );
}

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

interface LinkSignProps {
  link: CustomerLink;
  word: string;
  /** The word, and what it means where that is more. */
  text: string;
}

/** The same in little room, where the words are at hand: a long table has one of these in many lines. */
export function LinkSign({ link, word, text }: LinkSignProps) {
  return (
    <span className={classes.proof} data-proof={link} title={text} role="img" aria-label={word}>
      {signOf(link)}
    </span>
  );
}

function signOf(link: CustomerLink) {
  switch (link) {
    case "signed":
      return <IconShieldCheck size={14} />;
    case "claimed":
      return <IconShieldQuestion size={14} />;
    case "by_hand":
      return <IconLink size={14} />;
  }
}
