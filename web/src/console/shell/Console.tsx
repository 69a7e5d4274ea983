/** Owns the frame around every page of a signed-in user: navigation, status, connection, and which page is shown. */
import { lazy, Suspense, useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Redirect, Route, Switch, useLocation } from "wouter";
import type { SessionUser } from "../../api/rest";
import type { Chat, Message } from "../../api/wire";
import { useOptions } from "../api/workspace";
import { ChatsPage } from "../chats/ChatsPage";
import { NotedProvider } from "../chats/NotedProvider";
import { handedOverText } from "../chats/text";
import { DraftsProvider, useDrafts } from "../drafts/DraftsProvider";
import { LiveProvider } from "../live/LiveProvider";
import type { OutboxEntry } from "../live/outbox";
import { play } from "../live/sounds";
import { MiniPortal, MiniProvider } from "../mini/MiniProvider";
import { told, warned } from "../ui/notify";
import { LoadingRows } from "../ui/states";
import { AccountMenu, type DialogName } from "./AccountMenu";
import { Attention } from "./Attention";
import { Banner } from "./Banner";
import { ChatKeys } from "./ChatKeys";
import { ConnectionState } from "./ConnectionState";
import { Dialogs } from "./Dialogs";
import { Navigation, useSection } from "./Navigation";
import { NotFound } from "./NotFound";
import { RingDock } from "./RingDock";
import classes from "./Shell.module.css";
import { StatusSwitch } from "./StatusSwitch";
import { useFront } from "./useFront";
import { UserContext } from "./user";

const AccountPage = lazy(() =>
  import("../account/AccountPage").then((module) => ({ default: module.AccountPage })),
);
const EnquiriesPage = lazy(() =>
  import("../enquiries/EnquiriesPage").then((module) => ({ default: module.EnquiriesPage })),
);
const HistoryPage = lazy(() =>
  import("../history/HistoryPage").then((module) => ({ default: module.HistoryPage })),
);
const VisitorsPage = lazy(() =>
  import("../visitors/VisitorsPage").then((module) => ({ default: module.VisitorsPage })),
);
const WallboardPage = lazy(() =>
  import("../wallboard/WallboardPage").then((module) => ({ default: module.WallboardPage })),
);
const CannedPages = lazy(() =>
  import("../admin/canned/CannedPages").then((module) => ({ default: module.CannedPages })),
);
const AdminPages = lazy(() =>
  import("../admin/AdminPages").then((module) => ({ default: module.AdminPages })),
);

const CustomerPages = lazy(() =>
  import("../customers/CustomerPages").then((module) => ({ default: module.CustomerPages })),
);

export function Console({ user }: { user: SessionUser }) {
  return (
    <UserContext.Provider value={user}>
      <DraftsProvider user={user.id}>
        <NotedProvider>
          <MiniProvider>
            <Connected user={user} />
          </MiniProvider>
        </NotedProvider>
      </DraftsProvider>
    </UserContext.Provider>
  );
}

function Connected({ user }: { user: SessionUser }) {
  const { t } = useTranslation();
  const [path] = useLocation();
  const front = useFront();
  const heard = useCallback(
    (chat: Chat, message: Message) => {
      if (!document.hasFocus() || path !== `/chats/${chat.id}`) play("message");
      front({ chat, option: "top_on_new_message", title: chat.visitor_name, body: message.text });
    },
    [path, front],
  );
  useOptions();
  const handedOver = (chat: Chat) => told(handedOverText(chat, t));
  const drafts = useDrafts();
  const notTaken = ({ chat, text, audience }: OutboxEntry, detail: string) => {
    drafts.giveBack(chat, { text, audience: audience ?? "all" });
    warned(t("chats.draft.not_sent", { detail }));
  };
  return (
    <LiveProvider user={user} onVisitorMessage={heard} onHandedOver={handedOver} onNotTaken={notTaken}>
      <Attention />
      <Frame user={user} />
      <MiniPortal />
    </LiveProvider>
  );
}

function Frame({ user }: { user: SessionUser }) {
  const { t } = useTranslation();
  const section = useSection();
  const { dialog, open, close } = useDialog();
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        {t("nav.skip")}
      </a>
      <header className={classes.top}>
        <span className={classes.title}>{section ? t(`nav.${section}`) : t("product")}</span>
        <ConnectionState />
        <span className={classes.spring} />
        <StatusSwitch />
        <AccountMenu user={user} onDialog={open} />
      </header>
      <Banner />
      <Navigation role={user.role} />
      <RingDock />
      <main className={classes.main} id="main" tabIndex={-1}>
        <Pages user={user} />
      </main>
      <ChatKeys onDialog={open} />
      <Dialogs open={dialog} onClose={close} />
    </div>
  );
}

/** The focus goes back to where it was when a dialog closes. */
function useDialog() {
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const before = useRef<Element | null>(null);
  return {
    dialog,
    open(name: DialogName) {
      before.current = document.activeElement;
      setDialog(name);
    },
    close() {
      setDialog(null);
      setTimeout(() => before.current instanceof HTMLElement && before.current.focus());
    },
  };
}

function Pages({ user }: { user: SessionUser }) {
  return (
    <Switch>
      <Route path="/">
        <Redirect to="/chats" replace />
      </Route>
      <Route path="/setup">
        <Redirect to="/chats" replace />
      </Route>
      <Route path="/chats/:id?">{({ id }) => <ChatsPage id={id ?? null} />}</Route>
      <Route path="/visitors/:id?">
        {({ id }) => (
          <Suspense fallback={<LoadingRows />}>
            <VisitorsPage open={id ?? null} />
          </Suspense>
        )}
      </Route>
      {user.role !== "agent" && (
        <Route path="/wallboard">
          <Suspense fallback={<LoadingRows />}>
            <WallboardPage />
          </Suspense>
        </Route>
      )}
      <Route path="/history/:id?">
        {({ id }) => (
          <Suspense fallback={<LoadingRows />}>
            <HistoryPage open={id ?? null} />
          </Suspense>
        )}
      </Route>
      <Route path="/customers/*?">
        <Suspense fallback={<LoadingRows />}>
          <CustomerPages />
        </Suspense>
      </Route>
      <Route path="/canned-replies/*?">
        <Suspense fallback={<LoadingRows />}>
          <CannedPages />
        </Suspense>
      </Route>
      <Route path="/account">
        <Suspense fallback={<LoadingRows />}>
          <AccountPage />
        </Suspense>
      </Route>
      <Route path="/enquiries/:id?">
        {({ id }) => (
          <Suspense fallback={<LoadingRows />}>
            <EnquiriesPage open={id ?? null} />
          </Suspense>
        )}
      </Route>
      {user.role === "admin" && (
        <Route path="/admin/*?">
          <Suspense fallback={<LoadingRows />}>
            <AdminPages />
          </Suspense>
        </Route>
      )}
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}
