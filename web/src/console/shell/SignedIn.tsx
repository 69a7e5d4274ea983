/** Owns what only a signed-in user needs around the console: questions and short messages over the page. */
import "../areas";
import "@mantine/notifications/styles.layer.css";
import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import type { SessionUser } from "../../api/rest";
import { Console } from "./Console";

export function SignedIn({ user }: { user: SessionUser }) {
  return (
    <ModalsProvider>
      <Notifications position="top-center" limit={4} />
      <Console user={user} />
    </ModalsProvider>
  );
}
