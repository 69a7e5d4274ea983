/** Owns creating and editing a queue: one form over several tabs, saved as a whole. */
import { Tabs } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useSearchParams } from "wouter";
import type { Queue, QueueBody } from "../../../api/rest";
import { request } from "../../api/http";
import { keys, useOffers, useQueues, useSites } from "../../api/queries";
import { changes } from "../../ui/changes";
import { DeleteMenu } from "../../ui/DeleteMenu";
import { Dot } from "../../ui/Dot";
import { type Editor, errorBelow, useEditor } from "../../ui/editor";
import { EditForm } from "../../ui/form";
import { PageHead } from "../../ui/PageHead";
import { Loaded, LoadingRows } from "../../ui/states";
import classes from "../Admin.module.css";
import { Missing } from "../Missing";
import { AgentsTab } from "./AgentsTab";
import { AlternativesTab } from "./AlternativesTab";
import { ConductTab } from "./ConductTab";
import { useFormLanguage } from "./FormLanguages";
import { FormTab } from "./FormTab";
import { GeneralTab } from "./GeneralTab";
import { HoursTab } from "./HoursTab";
import { checkQueue, emptyQueue } from "./model";
import { OpenState } from "./OpenState";
import { OpenSwitch } from "./OpenSwitch";
import { RoutingTab } from "./RoutingTab";
import { StylingTab } from "./StylingTab";

const TABS = [
  {
    key: "general",
    paths: [
      "name",
      "channel_on",
      "is_default",
      "plan.activation",
      "plan.launch_after_s",
      "plan.launch_offer_id",
      "plan.launch_window",
    ],
  },
  { key: "form", paths: ["plan.form_reactive", "plan.form_invite"] },
  { key: "hours", paths: ["plan.hours"] },
  { key: "agents", paths: ["agents"] },
  { key: "routing", paths: ["plan.routing"] },
  { key: "alternatives", paths: ["plan.alternatives", "plan.enquiry"] },
  { key: "conduct", paths: ["plan.conduct"] },
  { key: "styling", paths: ["plan.styling"] },
] as const;

export function QueuePage({ site, id }: { site: string; id: string }) {
  const queues = useQueues(site);
  const sites = useSites();
  if (id === "new" && sites.isPending) return <LoadingRows />;
  return (
    <Loaded query={queues}>
      {(items) => {
        if (id === "new") {
          const title = sites.data?.find((known) => known.id === site)?.name;
          return <EditQueue site={site} queue={null} initial={emptyQueue(items.length === 0, title)} />;
        }
        const queue = items.find((known) => known.id === id);
        if (!queue) return <Missing back={`/admin/sites/${site}/queues`} />;
        return <EditQueue site={site} queue={queue} initial={bodyOf(queue)} />;
      }}
    </Loaded>
  );
}

interface EditQueueProps {
  site: string;
  queue: Queue | null;
  initial: QueueBody;
}

function EditQueue({ site, queue, initial }: EditQueueProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const list = `/admin/sites/${site}/queues`;
  const refresh = () => void queryClient.invalidateQueries({ queryKey: keys.queues(site) });
  const editor = useEditor<QueueBody, Queue>({
    initial,
    live: true,
    validate: (values) => checkQueue(values, t),
    save: (values, stored) =>
      queue
        ? request("PATCH", `/queues/${queue.id}`, changes(clean(stored), clean(values)))
        : request("POST", `/sites/${site}/queues`, clean(values)),
    now: queue ? async () => bodyOf(await request<Queue>("GET", `/queues/${queue.id}`)) : undefined,
    saved: (saved) => {
      refresh();
      if (!queue) go(`${list}/${saved.id}`, { replace: true });
    },
  });
  const deleted = () => {
    go(list);
    refresh();
  };
  return (
    <div className={classes.inner}>
      <PageHead title={queue?.name ?? t("queues.new_title")} back={{ href: list, label: t("queues.title") }}>
        {queue && <OpenState queue={queue} />}
        {queue && <OpenSwitch queue={queue} />}
        {queue && !queue.is_default && (
          <DeleteMenu path={`/queues/${queue.id}`} name={queue.name} done={deleted} restorable />
        )}
      </PageHead>
      <EditForm editor={editor} always={!queue} save={queue ? undefined : t("action.create")}>
        <QueueTabs site={site} editor={editor} stored={queue} />
      </EditForm>
    </div>
  );
}

function QueueTabs({
  site,
  editor,
  stored,
}: {
  site: string;
  editor: Editor<QueueBody>;
  stored: Queue | null;
}) {
  const { t } = useTranslation();
  const offers = useOffers(site);
  const queues = useQueues(site);
  const others = (queues.data ?? []).filter((queue) => queue.id !== stored?.id);
  const language = useFormLanguage(editor);
  const [params, setParams] = useSearchParams();
  const wanted = params.get("tab");
  const tab = TABS.find((known) => known.key === wanted)?.key ?? "general";
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: where the tabs do not fit, the chosen one comes into view
  useEffect(() => {
    const chosen = list.current?.querySelector('[aria-selected="true"]');
    chosen?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [tab]);
  return (
    <Tabs
      value={tab}
      onChange={(key) => setParams(key === "general" ? {} : { tab: key ?? "" }, { replace: true })}
      keepMounted={false}
    >
      <Tabs.List ref={list} mb="md" style={{ flexWrap: "nowrap", overflowX: "auto" }}>
        {TABS.map(({ key, paths }) => (
          <Tabs.Tab
            key={key}
            value={key}
            rightSection={paths.some((path) => errorBelow(editor.form, path)) && <Dot tone="alarm" />}
          >
            {t(`queues.tab.${key}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="general">
        <GeneralTab editor={editor} offers={offers.data ?? []} fixed={stored?.is_default === true} />
      </Tabs.Panel>
      <Tabs.Panel value="form">
        <FormTab editor={editor} language={language} />
      </Tabs.Panel>
      <Tabs.Panel value="hours">
        <HoursTab editor={editor} stored={stored} />
      </Tabs.Panel>
      <Tabs.Panel value="agents">
        <AgentsTab editor={editor} />
      </Tabs.Panel>
      <Tabs.Panel value="routing">
        <RoutingTab editor={editor} others={others} language={language} />
      </Tabs.Panel>
      <Tabs.Panel value="alternatives">
        <AlternativesTab editor={editor} language={language} />
      </Tabs.Panel>
      <Tabs.Panel value="conduct">
        <ConductTab editor={editor} />
      </Tabs.Panel>
      <Tabs.Panel value="styling">
        <StylingTab editor={editor} site={site} />
      </Tabs.Panel>
    </Tabs>
  );
}

function bodyOf({ name, channel_on, is_default, plan, agents }: Queue): QueueBody {
  return { name, channel_on, is_default, plan, agents };
}

/** An empty address means none; a choice that the mode does not use is left out. */
function clean(values: QueueBody): QueueBody {
  const { plan } = values;
  const logo_url = plan.styling.logo_url || null;
  const launch_offer_id = plan.activation === "with_invite" ? plan.launch_offer_id || null : null;
  const { hours } = plan;
  const weekly = [...hours.weekly].sort((a, b) => a.weekday - b.weekday || a.from.localeCompare(b.from));
  return {
    ...values,
    name: values.name.trim(),
    plan: { ...plan, launch_offer_id, hours: { ...hours, weekly }, styling: { ...plan.styling, logo_url } },
  };
}
