/** Owns what is shown at all: first start, signing in, or the console of who is signed in. */
import { Center, Loader } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useSession, useSetup } from "./api/queries";
import { unlockSound } from "./live/attention";
import { Console } from "./shell/Console";
import { FirstStart } from "./shell/FirstStart";
import { SignIn } from "./shell/SignIn";
import { Crash } from "./ui/Crash";
import { LoadError } from "./ui/states";

export function App() {
  const session = useSession();
  useEffect(() => {
    const events = ["pointerdown", "keydown"] as const;
    for (const event of events) window.addEventListener(event, unlockSound, { once: true });
  }, []);

  if (session.isError) return <LoadError error={session.error} retry={() => void session.refetch()} />;
  if (session.data === undefined) return <Waiting />;
  if (session.data === null) return <Entrance />;
  return (
    <Crash>
      <Console key={session.data.user.id} user={session.data.user} />
    </Crash>
  );
}

/** Nobody is signed in: nothing of an earlier session stays in memory. */
function Entrance() {
  const setup = useSetup();
  const queryClient = useQueryClient();
  useEffect(() => {
    queryClient.removeQueries({
      predicate: ({ queryKey }) => queryKey[0] !== "session" && queryKey[0] !== "setup",
    });
  }, [queryClient]);
  if (setup.isPending) return <Waiting />;
  return setup.data?.first_start ? <FirstStart /> : <SignIn />;
}

function Waiting() {
  const { t } = useTranslation();
  return (
    <Center h="100%" role="status" aria-label={t("state.loading")}>
      <Loader size="sm" color="gray" />
    </Center>
  );
}
