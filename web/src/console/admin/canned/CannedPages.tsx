/** Owns canned replies outside of the administration, for those who have none: which page an address shows. */
import { Route, Switch } from "wouter";
import { NotFound } from "../../shell/NotFound";
import classes from "../Admin.module.css";
import { CannedRepliesPage } from "./CannedRepliesPage";
import { CannedReplyPage, NewCannedReplyPage } from "./CannedReplyPage";

const BASE = "/canned-replies";

export function CannedPages() {
  return (
    <div className={classes.content}>
      <Switch>
        <Route path={BASE}>
          <CannedRepliesPage base={BASE} />
        </Route>
        <Route path={`${BASE}/new`}>
          <NewCannedReplyPage base={BASE} />
        </Route>
        <Route path={`${BASE}/:id`}>{({ id }) => <CannedReplyPage key={id} base={BASE} id={id} />}</Route>
        <Route>
          <NotFound />
        </Route>
      </Switch>
    </div>
  );
}
