/** Owns who is signed in, for everything below the shell. */
import { createContext, useContext } from "react";
import type { SessionUser } from "../../api/rest";

export const UserContext = createContext<SessionUser | null>(null);

export function useUser(): SessionUser {
  const user = useContext(UserContext);
  if (user === null) throw new Error("useUser stands inside the shell");
  return user;
}
