/** Owns sending the transcript of an ended chat to an address that the agent names (P-7). */
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Chat } from "../../api/wire";
import { ApiError, request } from "../api/http";
import { fieldErrors } from "../api/pointer";
import { told } from "../ui/notify";
import classes from "./Team.module.css";

const ADDRESS = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

/** There is one field, so that what is wrong with it needs no name. */
function reasonOf(error: Error): string {
  if (!(error instanceof ApiError)) return error.message;
  return fieldErrors(error.problem, () => "email").fields.email ?? error.message;
}

export function SendTranscript({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const given = chat.answers.find((answer) => ADDRESS.test(answer.value.trim()));
  const [email, setEmail] = useState(given?.value.trim() ?? "");
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState("");
  const send = () => {
    setPending(true);
    setFailure("");
    request("POST", `/chats/${chat.id}/transcript`, { email: email.trim() })
      .then(() => told(t("chats.transcript.sent", { email: email.trim() })))
      .catch((error: Error) => setFailure(reasonOf(error)))
      .finally(() => setPending(false));
  };
  return (
    <div className={classes.transcript}>
      <TextInput
        type="email"
        label={t("chats.transcript.label")}
        value={email}
        error={failure || undefined}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <Button variant="default" onClick={send} loading={pending} disabled={!ADDRESS.test(email.trim())}>
        {t("chats.transcript.send")}
      </Button>
    </div>
  );
}
