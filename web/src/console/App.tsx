/** Owns what is shown at all: first start, signing in, or the console of who is signed in. */
import { Center, Loader } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { useSession, useSetup, useWaysIn } from "./api/queries";
import { unlockSound } from "./live/sounds";
import { SignIn } from "./shell/SignIn";
import { Crash } from "./ui/Crash";
import { LoadError } from "./ui/states";

/** Who signs in waits for no more than signing in takes; the rest comes while they type. */
const loadConsole = () => import("./shell/SignedIn");
const SignedIn = lazy(() => loadConsole().then((module) => ({ default: module.SignedIn })));
const FirstStart = lazy(() =>
  import("./shell/FirstStart").then((module) => ({ default: module.FirstStart })),
);
const MustSetUp = lazy(() => import("./shell/MustSetUp").then((module) => ({ default: module.MustSetUp })));
const LinkPage = lazy(() => import("./shell/LinkPage").then((module) => ({ default: module.LinkPage })));

/** What links lead to, whoever is signed in. */
const LINK_PAGES = ["/invitation", "/new-password"];

export function App() {
  const session = useSession();
  const [path] = useLocation();
  useEffect(() => {
    const events = ["pointerdown", "keydown"] as const;
    for (const event of events) window.addEventListener(event, unlockSound, { once: true });
  }, []);

  if (LINK_PAGES.includes(path))
    return (
      <Suspense fallback={<Waiting />}>
        <LinkPage />
      </Suspense>
    );
  if (session.isError) return <LoadError error={session.error} retry={() => void session.refetch()} />;
  if (session.data === undefined) return <Waiting />;
  if (session.data === null) return <Entrance />;
  if (session.data.must_set_up)
    return (
      <Suspense fallback={<Waiting />}>
        <MustSetUp />
      </Suspense>
    );
  return (
    <Crash>
      <Suspense fallback={<Waiting />}>
        <SignedIn key={session.data.user.id} user={session.data.user} />
      </Suspense>
    </Crash>
  );
}

/** While the server does not say how people sign in, or knows no other way. */
const PASSWORD_ALONE = { provider: null, passwords: true };

/** Nobody is signed in: nothing of an earlier session stays in memory. */
function Entrance() {
  const setup = useSetup();
  const ways = useWaysIn();
  const queryClient = useQueryClient();
  useEffect(() => {
    queryClient.removeQueries({
      predicate: ({ queryKey }) => !["session", "setup", "ways-in"].includes(String(queryKey[0])),
    });
  }, [queryClient]);
  useEffect(() => void loadConsole(), []);
  if (setup.isPending || ways.isPending) return <Waiting />;
  if (!setup.data?.first_start) return <SignIn ways={ways.data ?? PASSWORD_ALONE} />;
  return (
    <Suspense fallback={<Waiting />}>
      <FirstStart />
    </Suspense>
  );
}

function Waiting() {
  const { t } = useTranslation();
  return (
    <Center h="100%" role="status" aria-label={t("state.loading")}>
      <Loader size="sm" color="gray" />
    </Center>
  );
}
