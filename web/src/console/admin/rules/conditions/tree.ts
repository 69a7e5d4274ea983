/** Owns what every part of the condition tree needs: messages by place, suggestions, and how many there are. */
import { createContext, useContext } from "react";
import type { Seen } from "../../../../api/rest";

export interface Tree {
  errors: Record<string, string>;
  attributes: Seen["attributes"];
  events: string[];
  pages: Seen["pages"];
  /** Of the site: its clocks show the times. */
  time_zone: string;
  /** Conditions of the rule, groups included. */
  count: number;
  /** A field was left: what it now says is checked. */
  leave(): void;
}

const Context = createContext<Tree | null>(null);
export const TreeProvider = Context.Provider;

export function useTree(): Tree {
  const tree = useContext(Context);
  if (tree === null) throw new Error("a condition stands in a tree");
  return tree;
}

/** The message at a place, or below it for an input that edits a list. */
export function errorAt(tree: Tree, path: string): string | undefined {
  const found = Object.entries(tree.errors).filter(([at]) => at === path || at.startsWith(`${path}.`));
  return found.length > 0 ? found.map(([, message]) => message).join(" ") : undefined;
}
