/** Owns how a customer is called. Pure. */
import type { Customer } from "../../api/rest";

export function customerName(customer: Customer): string {
  const name = `${customer.first_name} ${customer.last_name}`.trim();
  return name || customer.email || customer.company || customer.customer_ref || customer.phone;
}
