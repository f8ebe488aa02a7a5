import { create } from "@bufbuild/protobuf";
import { AlarmKind } from "../../../gen/siaga/v1/alarm_pb.ts";
import { Channel } from "../../../gen/siaga/v1/common_pb.ts";
import { CatalogContentSchema, CatalogSection, type CatalogContent } from "../../../gen/siaga/v1/setup_pb.ts";
import { t, tn, tw, type Key } from "../../../i18n/index.ts";
import type { Row, Value } from "./rows.ts";

export type FieldKind = "text" | "code" | "select" | "lines" | "agencies" | "agency" | "check" | "seconds";
export interface FieldSpec {
  name: string;
  label: Key;
  kind: FieldKind;
  hint?: Key;
  /** Values of a select, and the family of their names. */
  choices?: readonly string[];
  family?: string;
  optional?: boolean;
}

/** How one section is read, edited and written. */
export interface SectionSpec {
  /** In the address and in the language: `catalog.agencies`. */
  name: string;
  section: CatalogSection;
  fields: readonly FieldSpec[];
  /** Fields that the list shows, with their widths. */
  columns: readonly { field: string; width?: string }[];
  /** Whether rows can be added and removed. */
  open: boolean;
  read: (content: CatalogContent) => Row[];
  write: (rows: readonly Row[]) => CatalogContent;
  blank: () => Record<string, Value>;
  /** What a row is called. */
  title: (row: Row) => string;
}

const text = (row: Row, name: string): string => String(row.values[name] ?? "");
const list = (row: Row, name: string): string[] => [
  ...((row.values[name] as readonly string[] | undefined) ?? []),
];
const number = (row: Row, name: string): number => Number(text(row, name)) || 0;

export const AGENCY_KINDS = [
  "fire",
  "medical",
  "hospital",
  "police",
  "rescue",
  "disaster",
  "public-order",
  "transport",
  "social",
  "environment",
  "works",
  "utility",
  "support",
  "neighbour",
  "other",
] as const;

const names: readonly FieldSpec[] = [
  { name: "name_id", label: "catalog.nameId", kind: "text" },
  { name: "name_en", label: "catalog.nameEn", kind: "text" },
];
const codeField: FieldSpec = { name: "code", label: "catalog.code", kind: "code", hint: "catalog.codeHint" };

const agencies: SectionSpec = {
  name: "agencies",
  section: CatalogSection.AGENCIES,
  open: true,
  fields: [
    codeField,
    ...names,
    { name: "kind", label: "catalog.kind", kind: "select", choices: AGENCY_KINDS, family: "agencyKind" },
  ],
  columns: [{ field: "name_id" }, { field: "code", width: "24%" }, { field: "kind", width: "24%" }],
  blank: () => ({ code: "", name_id: "", name_en: "", kind: "other" }),
  title: (row) => text(row, "name_id"),
  read: ({ content }) =>
    content.case !== "agencies"
      ? []
      : content.value.items.map((one) => ({
          id: one.code,
          values: { code: one.code, name_id: one.nameId, name_en: one.nameEn, kind: one.kind },
        })),
  write: (rows) =>
    create(CatalogContentSchema, {
      content: {
        case: "agencies",
        value: {
          items: rows.map((row) => ({
            code: text(row, "code"),
            nameId: text(row, "name_id"),
            nameEn: text(row, "name_en"),
            kind: text(row, "kind"),
          })),
        },
      },
    }),
};

const types: SectionSpec = {
  name: "types",
  section: CatalogSection.TYPES,
  open: true,
  fields: [
    codeField,
    ...names,
    { name: "category", label: "catalog.category", kind: "text", hint: "catalog.categoryHint" },
    {
      name: "default_priority",
      label: "catalog.priority",
      kind: "select",
      choices: ["1", "2", "3", "4"],
      family: "catalogPriority",
    },
    { name: "lead_agencies", label: "catalog.lead", kind: "agencies", hint: "catalog.leadHint" },
    { name: "support_agencies", label: "catalog.support", kind: "agencies", optional: true },
    { name: "sensitive", label: "catalog.sensitive", kind: "check", hint: "catalog.sensitiveHint" },
  ],
  columns: [
    { field: "name_id" },
    { field: "default_priority", width: "110px" },
    { field: "lead_agencies", width: "26%" },
    { field: "support_agencies", width: "26%" },
  ],
  blank: () => ({
    code: "",
    name_id: "",
    name_en: "",
    category: "",
    default_priority: "3",
    lead_agencies: [],
    support_agencies: [],
    sensitive: false,
  }),
  title: (row) => text(row, "name_id"),
  read: ({ content }) =>
    content.case !== "types"
      ? []
      : content.value.items.map((one) => ({
          id: one.code,
          values: {
            code: one.code,
            name_id: one.nameId,
            name_en: one.nameEn,
            category: one.category,
            default_priority: String(one.defaultPriority),
            lead_agencies: one.leadAgencies,
            support_agencies: one.supportAgencies,
            sensitive: one.sensitive,
          },
        })),
  write: (rows) =>
    create(CatalogContentSchema, {
      content: {
        case: "types",
        value: {
          items: rows.map((row) => ({
            code: text(row, "code"),
            nameId: text(row, "name_id"),
            nameEn: text(row, "name_en"),
            category: text(row, "category"),
            defaultPriority: number(row, "default_priority"),
            leadAgencies: list(row, "lead_agencies"),
            supportAgencies: list(row, "support_agencies"),
            sensitive: row.values["sensitive"] === true,
          })),
        },
      },
    }),
};

const CHANNELS: Record<string, Channel> = { telephone: Channel.TELEPHONE, radio: Channel.RADIO };

const contacts: SectionSpec = {
  name: "contacts",
  section: CatalogSection.CONTACTS,
  open: true,
  fields: [
    { name: "agency", label: "catalog.agency", kind: "agency" },
    { name: "label", label: "catalog.post", kind: "text", hint: "catalog.postHint" },
    { name: "from_hour", label: "catalog.fromHour", kind: "text", hint: "catalog.hourHint" },
    { name: "to_hour", label: "catalog.toHour", kind: "text" },
    {
      name: "channel",
      label: "channel.label",
      kind: "select",
      choices: Object.keys(CHANNELS),
      family: "catalogChannel",
    },
    { name: "number", label: "catalog.number", kind: "text" },
  ],
  columns: [
    { field: "agency" },
    { field: "label", width: "24%" },
    { field: "from_hour", width: "70px" },
    { field: "to_hour", width: "70px" },
    { field: "channel", width: "100px" },
    { field: "number", width: "18%" },
  ],
  blank: () => ({ agency: "", label: "", from_hour: "0", to_hour: "24", channel: "telephone", number: "" }),
  title: (row) => `${text(row, "label")} ${text(row, "from_hour")}–${text(row, "to_hour")}`,
  read: ({ content }) =>
    content.case !== "contacts"
      ? []
      : content.value.items.map((one) => ({
          id: `${one.agencyCode} ${one.fromHour} ${one.toHour} ${one.label}`,
          values: {
            agency: one.agencyCode,
            label: one.label,
            from_hour: String(one.fromHour),
            to_hour: String(one.toHour),
            channel: one.channel === Channel.RADIO ? "radio" : "telephone",
            number: one.number,
          },
        })),
  write: (rows) =>
    create(CatalogContentSchema, {
      content: {
        case: "contacts",
        value: {
          items: rows.map((row) => ({
            agencyCode: text(row, "agency"),
            label: text(row, "label"),
            fromHour: number(row, "from_hour"),
            toHour: number(row, "to_hour"),
            channel: CHANNELS[text(row, "channel")] ?? Channel.UNSPECIFIED,
            number: text(row, "number"),
          })),
        },
      },
    }),
};

const outcomes: SectionSpec = {
  name: "outcomes",
  section: CatalogSection.OUTCOMES,
  open: true,
  fields: [codeField, ...names],
  columns: [{ field: "name_id" }, { field: "name_en", width: "36%" }, { field: "code", width: "24%" }],
  blank: () => ({ code: "", name_id: "", name_en: "" }),
  title: (row) => text(row, "name_id"),
  read: ({ content }) =>
    content.case !== "outcomes"
      ? []
      : content.value.items.map((one) => ({
          id: one.code,
          values: { code: one.code, name_id: one.nameId, name_en: one.nameEn },
        })),
  write: (rows) =>
    create(CatalogContentSchema, {
      content: {
        case: "outcomes",
        value: {
          items: rows.map((row) => ({
            code: text(row, "code"),
            nameId: text(row, "name_id"),
            nameEn: text(row, "name_en"),
          })),
        },
      },
    }),
};

const letterhead: SectionSpec = {
  name: "letterhead",
  section: CatalogSection.LETTERHEAD,
  open: false,
  fields: [
    { name: "city_name", label: "catalog.cityName", kind: "text" },
    { name: "brand", label: "catalog.brand", kind: "text" },
    { name: "lines", label: "catalog.headLines", kind: "lines", hint: "catalog.linesHint" },
    { name: "contacts", label: "catalog.headContacts", kind: "lines", optional: true },
    { name: "legal_basis", label: "catalog.legalBasis", kind: "lines", optional: true },
    { name: "map_credits", label: "catalog.mapCredits", kind: "lines", optional: true },
  ],
  columns: [{ field: "city_name" }, { field: "brand" }],
  blank: () => ({}),
  title: () => t("catalog.letterhead"),
  read: ({ content }) =>
    content.case !== "letterhead"
      ? []
      : [
          {
            id: "letterhead",
            values: {
              city_name: content.value.cityName,
              brand: content.value.brand,
              lines: content.value.lines,
              contacts: content.value.contacts,
              legal_basis: content.value.legalBasis,
              map_credits: content.value.mapCredits,
            },
          },
        ],
  write: ([row]) =>
    create(CatalogContentSchema, {
      content: {
        case: "letterhead",
        value:
          row === undefined
            ? {}
            : {
                cityName: text(row, "city_name"),
                brand: text(row, "brand"),
                lines: list(row, "lines"),
                contacts: list(row, "contacts"),
                legalBasis: list(row, "legal_basis"),
                mapCredits: list(row, "map_credits"),
              },
      },
    }),
};

/** The row that says when an alarm that nobody took escalates. */
const ESCALATE = "escalate";
const PRIORITIES = ["p1", "p2", "p3", "p4"] as const;

const clocks: SectionSpec = {
  name: "clocks",
  section: CatalogSection.CLOCKS,
  open: false,
  fields: PRIORITIES.map((name, index) => ({
    name,
    label: `catalog.clockP${index + 1}` as Key,
    kind: "seconds" as const,
  })),
  columns: [{ field: "title" }, ...PRIORITIES.map((field) => ({ field, width: "100px" }))],
  blank: () => ({}),
  title: (row) => (row.id === ESCALATE ? t("catalog.escalate") : tn("alarm", Number(row.id))),
  read: ({ content }) => {
    if (content.case !== "clocks") return [];
    const kinds = content.value.items.map((one) => ({
      id: String(one.kind),
      values: Object.fromEntries(PRIORITIES.map((name, index) => [name, String(one.afterS[index] ?? 0)])),
    }));
    return [...kinds, { id: ESCALATE, values: { p1: String(content.value.escalateAfterS) } }];
  },
  write: (rows) =>
    create(CatalogContentSchema, {
      content: {
        case: "clocks",
        value: {
          items: rows
            .filter((row) => row.id !== ESCALATE)
            .map((row) => ({
              kind: Number(row.id) as AlarmKind,
              afterS: PRIORITIES.map((name) => number(row, name)),
            })),
          escalateAfterS: rows.filter((row) => row.id === ESCALATE).map((row) => number(row, "p1"))[0] ?? 0,
        },
      },
    }),
};

export const SECTIONS: readonly SectionSpec[] = [agencies, contacts, types, outcomes, clocks, letterhead];

/** A value as it is read out: names for codes, "yes" for ticks. `agencyName` names agencies. */
export function shownValue(
  field: FieldSpec | undefined,
  value: Value | undefined,
  agencyName: (code: string) => string,
): string {
  if (value === undefined) return "";
  if (typeof value === "boolean") return value ? t("catalog.yes") : t("catalog.no");
  if (field?.kind === "agency") return typeof value === "string" && value ? agencyName(value) : "";
  if (field?.kind === "agencies") return (value as readonly string[]).map(agencyName).join(", ");
  if (field?.family && typeof value === "string") return tw(field.family, value);
  if (field?.kind === "seconds") return t("catalog.seconds", { count: String(value) });
  return typeof value === "string" ? value : value.join(" / ");
}
