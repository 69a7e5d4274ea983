/** Owns the drawer of one visit: why an offer or none, its path, what was presented, its facts. */
import { Button, Drawer, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import type { BegunAnswer, VisitDetail } from "../../api/rest";
import { ApiError, request } from "../api/http";
import { fetchChat, keys, useVisit } from "../api/queries";
import sessionClasses from "../chats/Session.module.css";
import { popScreen } from "../chats/screenPop";
import { LinkMark } from "../customers/Proof";
import { DecisionHistory, DecisionNow } from "../decisions/Decisions";
import { HandOfferModal } from "../decisions/HandOffer";
import { CopyIcon } from "../ui/CopyIcon";
import { Dot } from "../ui/Dot";
import { warned } from "../ui/notify";
import { isCovered } from "../ui/over";
import { Loaded } from "../ui/states";
import { Ago } from "../ui/time";
import { useVisitorName } from "./useVisitorName";
import classes from "./Visitors.module.css";
import { Presentations, VisitFacts, VisitPages } from "./VisitParts";

const REFRESH_MS = 5_000;

export function VisitDrawer({ id, onClose }: { id: string | null; onClose(): void }) {
  const { t } = useTranslation();
  const visit = useVisit(id, REFRESH_MS);
  const nameOf = useVisitorName();
  const title = visit.data ? nameOf(visit.data) : t("visitors.drawer.title");
  return (
    <Drawer
      opened={id !== null}
      onClose={() => {
        if (!isCovered()) onClose();
      }}
      position="right"
      size={420}
      padding={0}
      title={<Text fw={600}>{title}</Text>}
      overlayProps={{ backgroundOpacity: 0.2 }}
      styles={{ header: { padding: "8px 16px" } }}
    >
      {id !== null && <Loaded query={visit}>{(data) => <Visit visit={data} />}</Loaded>}
    </Drawer>
  );
}

function Visit({ visit }: { visit: VisitDetail }) {
  const { t } = useTranslation();
  return (
    <>
      <section className={sessionClasses.part}>
        <div className={`${sessionClasses.visitor} ${classes.head}`}>
          <Dot tone={visit.live ? "good" : "off"} />
          <span>
            {visit.ended_at !== null ? (
              t("visitors.drawer.ended")
            ) : (
              <>
                {t("visitors.drawer.last_contact")} <Ago at={visit.last_contact_at} />
              </>
            )}
          </span>
          <CopyIcon value={visit.id} label={t("action.show_id", { id: visit.id })} />
          {visit.live && <HandButton visit={visit} />}
          {visit.live && visit.chat_id === null && <BeginButton visit={visit} />}
          {visit.chat_id !== null && (
            <Button size="xs" variant="default" component={Link} href={`/chats/${visit.chat_id}`}>
              {t("visitors.drawer.open_chat")}
            </Button>
          )}
        </div>
        {visit.customer && (
          <div className={classes.customer}>
            <Link href={`/customers/${visit.customer.id}`} className="clip">
              {t("visitors.drawer.customer")}
            </Link>
            <LinkMark link={visit.customer.proof} />
          </div>
        )}
      </section>
      {visit.live && (
        <Part title={t("decisions.now")}>
          <DecisionNow visit={visit.id} site={visit.site_id} />
        </Part>
      )}
      <Part title={t("visitors.drawer.path")}>
        <VisitPages visit={visit} />
      </Part>
      <Part title={t("visitors.drawer.offers")}>
        {visit.presentations.length > 0 ? (
          <Presentations presentations={visit.presentations} />
        ) : (
          <Text c="dimmed">{t("visitors.drawer.no_offers")}</Text>
        )}
      </Part>
      <Part title={t("decisions.history")}>
        <DecisionHistory visit={visit.id} site={visit.site_id} live={visit.live} />
      </Part>
      <Part title={t("visitors.drawer.facts")}>
        <VisitFacts visit={visit} />
      </Part>
    </>
  );
}

/** The chat that begins is this person's: it is opened for them to write in. */
function BeginButton({ visit }: { visit: VisitDetail }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const queryClient = useQueryClient();
  const begin = useMutation<BegunAnswer>({
    mutationFn: () => request("POST", `/visits/${visit.id}/chat`),
    onSuccess: ({ chat_id, refused, taken_by }) => {
      void queryClient.invalidateQueries({ queryKey: keys.visit(visit.id) });
      if (chat_id !== null) {
        go(`/chats/${chat_id}`);
        fetchChat(queryClient, chat_id).then(
          (chat) => popScreen(chat, t),
          () => undefined,
        );
      } else if (refused === "chat_open" && taken_by !== null)
        warned(t("visitors.not_begun.chat_open_by", { name: taken_by }));
      else if (refused !== null) warned(t(`visitors.not_begun.${refused}`));
    },
    onError: (error) =>
      warned(error instanceof ApiError && error.status === 0 ? t("error.network_text") : error.message),
  });
  return (
    <Button size="xs" variant="default" loading={begin.isPending} onClick={() => begin.mutate()}>
      {t("visitors.drawer.begin_chat")}
    </Button>
  );
}

function HandButton({ visit }: { visit: VisitDetail }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const nameOf = useVisitorName();
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setOpened(true)}>
        {t("decisions.hand.button")}
      </Button>
      <HandOfferModal
        visit={visit.id}
        name={nameOf(visit)}
        opened={opened}
        onClose={() => setOpened(false)}
      />
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={sessionClasses.part}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
