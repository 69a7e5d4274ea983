/** Owns taking the public holidays of a country and year into a queue's exceptions. */
import { Button, Group, Popover, Select } from "@mantine/core";
import { IconCalendarPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { HoursException, QueueBody } from "../../../api/rest";
import { useHolidays } from "../../api/queries";
import type { Editor } from "../../ui/editor";
import { told } from "../../ui/notify";

const YEARS_AHEAD = 3;

export function HolidayMenu({ editor }: { editor: Editor<QueueBody> }) {
  const { t, i18n } = useTranslation();
  const { form } = editor;
  const [opened, setOpened] = useState(false);
  const [country, setCountry] = useState("");
  const this_year = new Date().getFullYear();
  const [year, setYear] = useState(this_year);
  const known = useHolidays("", 0);
  const holidays = useHolidays(country, year);
  const names = new Intl.DisplayNames([i18n.language], { type: "region" });
  const countries = (known.data?.countries ?? []).map((code) => ({
    value: code,
    label: names.of(code) ?? code,
  }));
  const take = () => {
    const { exceptions } = form.values.plan.hours;
    const known = new Set(exceptions.map((exception) => exception.date));
    const fresh = (holidays.data?.items ?? []).filter((holiday) => !known.has(holiday.date));
    const added: HoursException[] = fresh.map(({ date, name }) => ({ date, name, spans: [] }));
    const all = [...exceptions, ...added].sort((a, b) => a.date.localeCompare(b.date));
    form.setFieldValue("plan.hours.exceptions", all);
    setOpened(false);
    told(t("queues.holidays.taken", { count: added.length }));
  };
  return (
    <Popover opened={opened} onChange={setOpened} withArrow trapFocus position="top-start">
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconCalendarPlus size={14} />}
          onClick={() => setOpened(!opened)}
          aria-expanded={opened}
        >
          {t("queues.holidays.button")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Group gap={8} align="end">
          <Select
            size="xs"
            label={t("queues.holidays.country")}
            searchable
            comboboxProps={{ withinPortal: false }}
            data={countries.sort((a, b) => a.label.localeCompare(b.label))}
            value={country}
            onChange={(value) => setCountry(value ?? "")}
          />
          <Select
            size="xs"
            w={90}
            label={t("queues.holidays.year")}
            allowDeselect={false}
            comboboxProps={{ withinPortal: false }}
            data={Array.from({ length: YEARS_AHEAD }, (_, ahead) => String(this_year + ahead))}
            value={String(year)}
            onChange={(value) => setYear(Number(value))}
          />
          <Button size="xs" onClick={take} disabled={country === "" || !holidays.data?.items.length}>
            {t("action.add")}
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}
