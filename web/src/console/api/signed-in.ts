/** Owns the note in this browser that somebody signed in here, so that a first visit does not ask for a session in vain. */
const KEY = "beckon.console.signed_in";

export function hasSignedIn(): boolean {
  return localStorage.getItem(KEY) !== null;
}

export function noteSignedIn(signed_in: boolean): void {
  if (signed_in) localStorage.setItem(KEY, "1");
  else localStorage.removeItem(KEY);
}
