/** Owns the canned replies of one chat: those that fit it, in the visitor's language, with what is known filled in. */
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import type { CannedReply, Person, VisitDetail } from "../../../api/rest";
import type { Chat } from "../../../api/wire";
import { keys, useSites } from "../../api/queries";
import { useCannedReplies } from "../../api/workspace";
import { customerKeys } from "../../customers/queries";
import { useUser } from "../../shell/user";
import { fillIn, textFor, valuesOf } from "./expand";
import { fitting } from "./search";

export interface Canned {
  replies: CannedReply[];
  loading: boolean;
  failed: boolean;
  /** The text as it would be inserted. */
  textOf(reply: CannedReply): string;
}

export function useCanned(chat: Chat): Canned {
  const user = useUser();
  const sites = useSites();
  const all = useCannedReplies();
  const queryClient = useQueryClient();
  const site = sites.data?.find(({ id }) => id === chat.site_id)?.name ?? null;
  const replies = useMemo(() => fitting(all.data ?? [], chat), [all.data, chat]);
  return {
    replies,
    loading: all.isPending,
    failed: all.isError,
    textOf(reply) {
      // What a page merely claims may be somebody else's record: nothing of it is written to the visitor.
      const person = queryClient.getQueryData<Person>(customerKeys.person(chat.visitor_id));
      const customer = person && person.link !== "claimed" ? person.customer : null;
      const visit = queryClient.getQueryData<VisitDetail>(keys.visit(chat.visit_id));
      return fillIn(textFor(reply, visit?.language ?? null), valuesOf({ chat, agent: user, site, customer }));
    },
  };
}
