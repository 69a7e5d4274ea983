/** Owns where one is signed in, and ending that elsewhere. */
import { Badge, Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { OwnSession } from "../../api/rest";
import { request } from "../api/http";
import { Section } from "../ui/form";
import { told, warned } from "../ui/notify";
import { Loaded } from "../ui/states";
import { Ago } from "../ui/time";
import classes from "./Account.module.css";
import { accountKeys, useOwnSessions } from "./queries";

export function SessionsSection() {
  const { t } = useTranslation();
  const sessions = useOwnSessions();
  return (
    <Section title={t("own.sessions.title")} text={t("own.sessions.text")} flush>
      <Loaded query={sessions}>
        {(items) => (
          <>
            <ul className={classes.sessions}>
              {items.map((session) => (
                <Row key={session.id} session={session} />
              ))}
            </ul>
            {items.length > 1 && <EndOthers count={items.length - 1} />}
          </>
        )}
      </Loaded>
    </Section>
  );
}

function Row({ session }: { session: OwnSession }) {
  const { t } = useTranslation();
  const name = useNameOf(session);
  const end = useEnd(`/me/sessions/${session.id}`, t("own.sessions.ended", { name }));
  return (
    <li>
      <div>
        <div className={classes.name}>
          {name}
          {session.current && (
            <Badge variant="light" size="sm" tt="none">
              {t("own.sessions.this")}
            </Badge>
          )}
        </div>
        <div className={classes.facts}>
          {session.network && <span>{t("own.sessions.from", { network: session.network })}</span>}
          <span>
            {t("own.sessions.began")} <Ago at={session.created_at} />
          </span>
          <span>
            {t("own.sessions.used")} <Ago at={session.used_at} />
          </span>
        </div>
      </div>
      {!session.current && (
        <Button
          variant="default"
          size="xs"
          loading={end.isPending}
          onClick={() => end.mutate()}
          aria-label={t("own.sessions.end_named", { name })}
        >
          {t("own.sessions.end")}
        </Button>
      )}
    </li>
  );
}

function EndOthers({ count }: { count: number }) {
  const { t } = useTranslation();
  const end = useEnd("/me/sessions", t("own.sessions.others_ended"));
  return (
    <div className={classes.foot}>
      <Button variant="default" loading={end.isPending} onClick={() => end.mutate()}>
        {t("own.sessions.end_others", { count })}
      </Button>
    </div>
  );
}

function useEnd(path: string, message: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => request<void>("DELETE", path),
    onSuccess: () => told(message),
    onError: (error) => warned(error.message),
    onSettled: () => queryClient.invalidateQueries({ queryKey: accountKeys.sessions }),
  });
}

function useNameOf({ browser, system }: OwnSession): string {
  const { t } = useTranslation();
  const named = browser === "Other" ? "" : browser;
  if (named && system) return t("own.sessions.browser_on", { browser: named, system });
  return named || system || t("own.sessions.unknown");
}
