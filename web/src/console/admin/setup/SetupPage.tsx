/** Owns the way from a new site to the first chat: what is to be done, with what the server has seen of it so far. */
import { Anchor, Button, Text } from "@mantine/core";
import { openConfirmModal } from "@mantine/modals";
import { IconAlertTriangle, IconCircle, IconCircleCheckFilled } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Queue, SetupSteps, Site } from "../../../api/rest";
import { request } from "../../api/http";
import { keys, useQueues, useSites } from "../../api/queries";
import { CodeBlock } from "../../ui/CodeBlock";
import { HeldButton } from "../../ui/HeldButton";
import { handOnFocus } from "../../ui/handOnFocus";
import { Notice } from "../../ui/Notice";
import { told, warned } from "../../ui/notify";
import { PageHead } from "../../ui/PageHead";
import { Loaded } from "../../ui/states";
import { Ago } from "../../ui/time";
import classes from "../Admin.module.css";
import { Missing } from "../Missing";
import { snippetFor } from "../sites/snippet";
import { isDone, STEPS, type Step, setupKeys, useSetupSteps } from "./queries";
import own from "./Setup.module.css";

export function SetupPage({ id }: { id: string }) {
  const sites = useSites();
  return (
    <Loaded query={sites}>
      {(items) => {
        const site = items.find((known) => known.id === id);
        return site ? <OfSite site={site} /> : <Missing back="/admin/sites" />;
      }}
    </Loaded>
  );
}

function OfSite({ site }: { site: Site }) {
  const { t } = useTranslation();
  const query = useSetupSteps(site.id);
  return (
    <div className={classes.inner} data-narrow>
      <PageHead title={t("site_setup.title", { name: site.name })} text={t("site_setup.text")} />
      <Loaded query={query}>{(steps) => <Steps site={site} steps={steps} />}</Loaded>
    </div>
  );
}

function Steps({ site, steps }: { site: Site; steps: SetupSteps }) {
  const { t } = useTranslation();
  const open = STEPS.filter((step) => !isDone(step, steps));
  return (
    <>
      <p className={own.count} role="status">
        {open.length === 0
          ? t(steps.agent_ready ? "site_setup.complete" : "site_setup.complete_unattended")
          : t("site_setup.count", { done: STEPS.length - open.length, all: STEPS.length })}
      </p>
      <ol className={own.steps}>
        {STEPS.map((step) => (
          <li key={step} className={own.step} data-next={step === open[0]}>
            {isDone(step, steps) ? (
              <IconCircleCheckFilled
                role="img"
                className={own.done}
                size={20}
                aria-label={t("site_setup.done")}
              />
            ) : (
              <IconCircle role="img" className={own.open} size={20} aria-label={t("site_setup.open")} />
            )}
            <div className={own.body}>
              <h2>{t(`site_setup.steps.${step}.title`)}</h2>
              <Body step={step} site={site} steps={steps} />
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}

function Body({ step, site, steps }: { step: Step; site: Site; steps: SetupSteps }) {
  const { t } = useTranslation();
  const below = `/admin/sites/${site.id}`;
  const queue = useQueues(site.id).data?.find((known) => known.is_default);
  const queuePage = queue ? `${below}/queues/${queue.id}` : `${below}/queues`;
  const done = isDone(step, steps);
  switch (step) {
    case "site":
      return (
        <Line text={done ? site.origins.join(", ") : t("site_setup.steps.site.text")}>
          <To href={below}>{t("site_setup.steps.site.link")}</To>
        </Line>
      );
    case "snippet":
      return <Snippet site={site} steps={steps} />;
    case "hours":
      return (
        <Line text={t(done ? "site_setup.steps.hours.done" : "site_setup.steps.hours.text")}>
          <To href={`${queuePage}?tab=hours`}>{t("site_setup.steps.hours.link")}</To>
          {!done && queue && <RightHours site={site} queue={queue} />}
        </Line>
      );
    case "agent":
      return (
        <Line text={t(`site_setup.steps.agent.${steps.agent_ready ? "done" : done ? "away" : "text"}`)}>
          <To href={`${queuePage}?tab=agents`}>{t("site_setup.steps.agent.link")}</To>
          {!done && <To href="/admin/users/new">{t("site_setup.steps.agent.invite")}</To>}
        </Line>
      );
    case "rule":
      return (
        <Line text={t(done ? "site_setup.steps.rule.done" : "site_setup.steps.rule.text")}>
          {!done && <To href={`${below}/offers`}>{t("site_setup.steps.rule.offers")}</To>}
          <To href={`${below}/rules`}>{t("site_setup.steps.rule.link")}</To>
        </Line>
      );
    case "chat":
      return (
        <Line text={t(done ? "site_setup.steps.chat.done" : "site_setup.steps.chat.text")}>
          {site.origins[0] && (
            <Anchor href={site.origins[0]} target="_blank" rel="noreferrer">
              {t("site_setup.steps.chat.link")}
            </Anchor>
          )}
        </Line>
      );
  }
}

function Snippet({ site, steps: { snippet, snippet_refused } }: { site: Site; steps: SetupSteps }) {
  const { t } = useTranslation();
  if (snippet !== null) {
    return (
      <p>
        {t("site_setup.steps.snippet.seen", { origin: snippet.origin })} <Ago at={snippet.at} />
      </p>
    );
  }
  return (
    <>
      <Line text={t("site_setup.steps.snippet.text")} />
      <CodeBlock code={snippetFor(location.origin, site.key)} label={t("sites.snippet_copy")} />
      {snippet_refused === null && <p className={own.waiting}>{t("site_setup.steps.snippet.waiting")}</p>}
      <Notice
        color="yellow"
        icon={<IconAlertTriangle />}
        className={own.alert}
        when={snippet_refused !== null}
      >
        {snippet_refused && <Refused site={site} origin={snippet_refused.origin} />}
      </Notice>
    </>
  );
}

function Refused({ site, origin }: { site: Site; origin: string }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("site_setup.steps.snippet.refused", { origin })}</p>
      <p>{t("site_setup.steps.snippet.refused_text")}</p>
      <AddOrigin site={site} origin={origin} />
    </>
  );
}

function AddOrigin({ site, origin }: { site: Site; origin: string }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const add = useMutation({
    mutationFn: async () => {
      // As it is now: somebody else may have changed the list meanwhile.
      const now = await request<Site>("GET", `/sites/${site.id}`);
      if (now.origins.includes(origin)) return;
      await request("PATCH", `/sites/${site.id}`, { origins: [...now.origins, origin] });
    },
    onSuccess: () => {
      told(t("site_setup.steps.snippet.added", { origin }));
      void queryClient.invalidateQueries({ queryKey: keys.sites });
      void queryClient.invalidateQueries({ queryKey: setupKeys.steps(site.id) });
    },
    onError: (error) => warned(error.message),
  });
  // Anyone who has the key can name an origin.
  const ask = () =>
    openConfirmModal({
      title: t("site_setup.steps.snippet.add_title", { origin }),
      children: <Text>{t("site_setup.steps.snippet.add_text")}</Text>,
      labels: { confirm: t("site_setup.steps.snippet.add"), cancel: t("action.cancel") },
      onConfirm: () => add.mutate(),
    });
  return (
    <Button variant="default" size="xs" loading={add.isPending} onClick={ask}>
      {t("site_setup.steps.snippet.add")}
    </Button>
  );
}

/** Always open may be what is wanted: saving the queue as it is says so. */
function RightHours({ site, queue }: { site: Site; queue: Queue }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: () => request("PATCH", `/queues/${queue.id}`, {}),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: setupKeys.steps(site.id) }),
    onError: (error) => warned(error.message),
  });
  return (
    <Anchor
      component={HeldButton}
      disabled={save.isPending}
      data-loading={save.isPending}
      onClick={() => save.mutate()}
      ref={handOnFocus}
    >
      {t("site_setup.steps.hours.right")}
    </Anchor>
  );
}

function Line({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <>
      <p>{text}</p>
      {children && <p className={own.links}>{children}</p>}
    </>
  );
}

function To({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Anchor component={Link} href={href}>
      {children}
    </Anchor>
  );
}
