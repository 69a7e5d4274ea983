/** Owns one enquiry: what was written, from where, and who dealt with it. */
import { Button, Group } from "@mantine/core";
import { IconCheck, IconMail, IconMailOpened } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Enquiry, EnquiryState } from "../../api/rest";
import { request } from "../api/http";
import { keys, useEnquiry } from "../api/queries";
import { Dot } from "../ui/Dot";
import { warned } from "../ui/notify";
import { SafeLink } from "../ui/SafeLink";
import { Empty, Loaded } from "../ui/states";
import { Ago } from "../ui/time";
import classes from "./Enquiries.module.css";

export function EnquiryPanel({ id }: { id: string | null }) {
  const { t } = useTranslation();
  const enquiry = useEnquiry(id);
  return (
    <div className={classes.panel}>
      {id === null ? (
        <Empty icon={IconMailOpened} title={t("enquiries.choose_title")} text={t("enquiries.choose_text")} />
      ) : (
        <Loaded query={enquiry}>{(data) => <Shown enquiry={data} />}</Loaded>
      )}
    </div>
  );
}

function Shown({ enquiry }: { enquiry: Enquiry }) {
  const { t } = useTranslation();
  const { name, email, answers, page_url, queue, chat_id, created_at, mail } = enquiry;
  return (
    <article className={classes.shown}>
      <header>
        <h2 dir="auto">{name || email || t("enquiries.nameless")}</h2>
        <State enquiry={enquiry} />
      </header>
      <dl>
        {answers.map((answer) => (
          <div key={answer.key}>
            <dt>{answer.label}</dt>
            <dd className={classes.value} dir="auto">
              {answer.value}
            </dd>
          </div>
        ))}
      </dl>
      <dl className={classes.facts}>
        <div>
          <dt>{t("enquiries.sent")}</dt>
          <dd>
            <Ago at={created_at} />
          </dd>
        </div>
        <div>
          <dt>{t("enquiries.mail_title")}</dt>
          <dd>{t(`enquiries.mail.${mail}`)}</dd>
        </div>
        <div>
          <dt>{t("enquiries.queue")}</dt>
          <dd>{queue.name}</dd>
        </div>
        {chat_id !== null && (
          <div>
            <dt>{t("enquiries.chat")}</dt>
            <dd>
              <Link href={`/history/${chat_id}`}>{t("enquiries.chat_read")}</Link>
            </dd>
          </div>
        )}
        {page_url && (
          <div>
            <dt>{t("enquiries.from_page")}</dt>
            <dd className="clip">
              <SafeLink url={page_url}>{page_url}</SafeLink>
            </dd>
          </div>
        )}
      </dl>
      <Actions enquiry={enquiry} />
    </article>
  );
}

function State({ enquiry }: { enquiry: Enquiry }) {
  const { t } = useTranslation();
  const { state, handled_by, handled_at } = enquiry;
  return (
    <span className={classes.state}>
      <Dot tone={state === "open" ? "wait" : "good"} />
      {handled_by ? t("enquiries.handled", { name: handled_by.name }) : t(`enquiries.state.${state}`)}
      {handled_at !== null && <Ago at={handled_at} />}
    </span>
  );
}

function Actions({ enquiry }: { enquiry: Enquiry }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const change = useMutation({
    mutationFn: (state: EnquiryState) => request<Enquiry>("PATCH", `/enquiries/${enquiry.id}`, { state }),
    onSuccess: (changed) => {
      queryClient.setQueryData(keys.enquiry(enquiry.id), changed);
      void queryClient.invalidateQueries({ queryKey: keys.enquiries });
      void queryClient.invalidateQueries({ queryKey: keys.enquiryCount });
    },
    onError: () => warned(t("enquiries.failed")),
  });
  const open = enquiry.state === "open";
  const address = `mailto:${encodeURIComponent(enquiry.email)}?subject=${encodeURIComponent(t("enquiries.mail_subject"))}`;
  return (
    <Group gap={8} mt="md">
      {enquiry.email ? (
        <Button
          component="a"
          href={address}
          variant={open ? "filled" : "default"}
          leftSection={<IconMail size={16} />}
        >
          {t("enquiries.answer")}
        </Button>
      ) : (
        <span className={classes.none}>{t("enquiries.no_email")}</span>
      )}
      <Button
        variant="default"
        loading={change.isPending}
        leftSection={open ? <IconCheck size={16} /> : undefined}
        onClick={() => change.mutate(open ? "done" : "open")}
      >
        {t(open ? "enquiries.done" : "enquiries.reopen")}
      </Button>
    </Group>
  );
}
