/** Owns the administration: its navigation, and which page an address shows. */
import { Redirect, Route, Switch } from "wouter";
import { useSites } from "../api/queries";
import { NotFound } from "../shell/NotFound";
import { Loaded } from "../ui/states";
import classes from "./Admin.module.css";
import { AdminNav } from "./AdminNav";
import { ApiTokensPage } from "./api-tokens/ApiTokensPage";
import { NewApiTokenPage } from "./api-tokens/NewApiTokenPage";
import { AuditPage } from "./audit/AuditPage";
import { VersionsPage } from "./audit/VersionsPage";
import { CannedRepliesPage } from "./canned/CannedRepliesPage";
import { CannedReplyPage, NewCannedReplyPage } from "./canned/CannedReplyPage";
import { OfferPage } from "./offers/OfferPage";
import { OffersPage } from "./offers/OffersPage";
import { QueuePage } from "./queues/QueuePage";
import { QueuesPage } from "./queues/QueuesPage";
import { RuleTestPage } from "./rule-test/RuleTestPage";
import { RulePage } from "./rules/RulePage";
import { RulesPage } from "./rules/RulesPage";
import { isComplete, useSetupSteps } from "./setup/queries";
import { SetupPage } from "./setup/SetupPage";
import { SingleSignOnPage } from "./single-sign-on/SingleSignOnPage";
import { NewSitePage, SitePage } from "./sites/SitePage";
import { SitesPage } from "./sites/SitesPage";
import { TrackingPage } from "./sites/TrackingPage";
import { NewUserPage, UserPage } from "./users/UserPage";
import { UsersPage } from "./users/UsersPage";
import { NewWebhookPage, WebhookPage } from "./webhooks/WebhookPage";
import { WebhooksPage } from "./webhooks/WebhooksPage";
import { WorkspacePage } from "./workspace/WorkspacePage";

export function AdminPages() {
  return (
    <div className={classes.layout}>
      <AdminNav />
      <div className={classes.content}>
        <Switch>
          <Route path="/admin">
            <Start />
          </Route>
          <Route path="/admin/sites" component={SitesPage} />
          <Route path="/admin/sites/new" component={NewSitePage} />
          <Route path="/admin/users" component={UsersPage} />
          <Route path="/admin/users/new" component={NewUserPage} />
          <Route path="/admin/users/:id">{({ id }) => <UserPage key={id} id={id} />}</Route>
          <Route path="/admin/single-sign-on" component={SingleSignOnPage} />
          <Route path="/admin/canned-replies">
            <CannedRepliesPage base="/admin/canned-replies" />
          </Route>
          <Route path="/admin/canned-replies/new">
            <NewCannedReplyPage base="/admin/canned-replies" />
          </Route>
          <Route path="/admin/canned-replies/:id">
            {({ id }) => <CannedReplyPage key={id} base="/admin/canned-replies" id={id} />}
          </Route>
          <Route path="/admin/workspace" component={WorkspacePage} />
          <Route path="/admin/api-tokens" component={ApiTokensPage} />
          <Route path="/admin/api-tokens/new" component={NewApiTokenPage} />
          <Route path="/admin/audit" component={AuditPage} />
          <Route path="/admin/webhooks" component={WebhooksPage} />
          <Route path="/admin/webhooks/new" component={NewWebhookPage} />
          <Route path="/admin/webhooks/:id">{({ id }) => <WebhookPage key={id} id={id} />}</Route>
          <Route path="/admin/sites/:site">{({ site }) => <SitePage key={site} id={site} />}</Route>
          <Route path="/admin/sites/:site/setup">{({ site }) => <SetupPage key={site} id={site} />}</Route>
          <Route path="/admin/sites/:site/tracking">
            {({ site }) => <TrackingPage key={site} id={site} />}
          </Route>
          <Route path="/admin/sites/:site/offers">{({ site }) => <OffersPage site={site} />}</Route>
          <Route path="/admin/sites/:site/offers/:id">
            {({ site, id }) => <OfferPage key={id} site={site} id={id} />}
          </Route>
          <Route path="/admin/sites/:site/rules">{({ site }) => <RulesPage site={site} />}</Route>
          <Route path="/admin/sites/:site/rules/:id">
            {({ site, id }) => <RulePage key={id} site={site} id={id} />}
          </Route>
          <Route path="/admin/sites/:site/rule-test">
            {({ site }) => <RuleTestPage key={site} site={site} />}
          </Route>
          <Route path="/admin/sites/:site/versions">
            {({ site }) => <VersionsPage key={site} site={site} />}
          </Route>
          <Route path="/admin/sites/:site/queues">{({ site }) => <QueuesPage site={site} />}</Route>
          <Route path="/admin/sites/:site/queues/:id">
            {({ site, id }) => <QueuePage key={id} site={site} id={id} />}
          </Route>
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </div>
    </div>
  );
}

/** With one site that site, and what is still to be done there; with several the list. */
function Start() {
  const sites = useSites();
  return (
    <Loaded query={sites}>
      {(items) =>
        items.length === 1 && items[0] ? (
          <StartOfSite id={items[0].id} />
        ) : (
          <Redirect to="/admin/sites" replace />
        )
      }
    </Loaded>
  );
}

function StartOfSite({ id }: { id: string }) {
  const steps = useSetupSteps(id);
  return (
    <Loaded query={steps}>
      {(seen) => <Redirect to={`/admin/sites/${id}${isComplete(seen) ? "" : "/setup"}`} replace />}
    </Loaded>
  );
}
