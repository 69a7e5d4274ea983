/** Owns who may sign in by password while there is a provider of single sign-on. */
import type { Role } from "../../../api/rest";
import { useWaysIn } from "../../api/queries";

/** Whether somebody of this role may use a password; a provider can stand in its place for others than administrators. */
export function useMayUsePassword(): (role: Role) => boolean {
  const { data } = useWaysIn();
  return (role) => role === "admin" || data?.passwords !== false;
}
