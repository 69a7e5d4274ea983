/** Owns the frame around every page of a signed-in user: navigation, status, connection, and which page is shown. */
import { lazy, Suspense, useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Redirect, Route, Switch, useLocation } from "wouter";
import type { SessionUser } from "../../api/rest";
import type { Chat, Message } from "../../api/wire";
import { ChatsPage } from "../chats/ChatsPage";
import { notify, playMessage } from "../live/attention";
import { LiveProvider } from "../live/LiveProvider";
import { LoadingRows } from "../ui/states";
import { AccountMenu } from "./AccountMenu";
import { Attention } from "./Attention";
import { Banner } from "./Banner";
import { ConnectionState } from "./ConnectionState";
import { Navigation, useSection } from "./Navigation";
import { NotFound } from "./NotFound";
import { RingDock } from "./RingDock";
import classes from "./Shell.module.css";
import { StatusSwitch } from "./StatusSwitch";
import { UserContext } from "./user";

const VisitorsPage = lazy(() =>
  import("../visitors/VisitorsPage").then((module) => ({ default: module.VisitorsPage })),
);
const WallboardPage = lazy(() =>
  import("../wallboard/WallboardPage").then((module) => ({ default: module.WallboardPage })),
);
const AdminPages = lazy(() =>
  import("../admin/AdminPages").then((module) => ({ default: module.AdminPages })),
);

export function Console({ user }: { user: SessionUser }) {
  const [path, go] = useLocation();
  const heard = useCallback(
    (chat: Chat, message: Message) => {
      if (!document.hasFocus() || path !== `/chats/${chat.id}`) playMessage();
      notify(`message-${chat.id}`, chat.visitor_name, message.text, () => go(`/chats/${chat.id}`));
    },
    [path, go],
  );
  return (
    <UserContext.Provider value={user}>
      <LiveProvider user={user} onVisitorMessage={heard}>
        <Attention />
        <Frame user={user} />
      </LiveProvider>
    </UserContext.Provider>
  );
}

function Frame({ user }: { user: SessionUser }) {
  const { t } = useTranslation();
  const section = useSection();
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
        <AccountMenu user={user} />
      </header>
      <Banner />
      <Navigation role={user.role} />
      <RingDock />
      <main className={classes.main} id="main" tabIndex={-1}>
        <Pages user={user} />
      </main>
    </div>
  );
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
