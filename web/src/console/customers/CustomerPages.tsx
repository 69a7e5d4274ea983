/** Owns which page of the customers an address shows. */
import { Redirect, Route, Switch } from "wouter";
import { NotFound } from "../shell/NotFound";
import { useUser } from "../shell/user";
import { CustomerPage, NewCustomerPage } from "./CustomerPage";
import { CustomersPage } from "./CustomersPage";
import { FieldsPage } from "./FieldsPage";
import { ImportPage } from "./ImportPage";

export function CustomerPages() {
  const { role } = useUser();
  const admin = role === "admin";
  return (
    <Switch>
      <Route path="/customers" component={CustomersPage} />
      <Route path="/customers/new" component={NewCustomerPage} />
      <Route path="/customers/import">{admin ? <ImportPage /> : <Redirect to="/customers" replace />}</Route>
      <Route path="/customers/fields">{admin ? <FieldsPage /> : <Redirect to="/customers" replace />}</Route>
      <Route path="/customers/:id">{({ id }) => <CustomerPage key={id} id={id} />}</Route>
      <Route>
        <NotFound />
      </Route>
    </Switch>
  );
}
