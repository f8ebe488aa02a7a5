import type { AlarmView } from "../gen/siaga/v1/alarm_pb.ts";
import { Step, type AssignmentView } from "../gen/siaga/v1/dispatch_pb.ts";
import { IncidentState, type IncidentView } from "../gen/siaga/v1/incident_pb.ts";
import type { Area } from "../gen/siaga/v1/catalog_pb.ts";
import type { UnitView } from "../gen/siaga/v1/unit_pb.ts";
import { t, tn } from "../i18n/index.ts";
import { alarmInShort } from "../lib/alarm-words.ts";
import { ms } from "../lib/proto.ts";
import type { MapIncident, MapPoint, MapStage, MapUnit } from "./types.ts";

/** Names that the contract's messages do not carry; the screens take them from the catalog. */
export interface Names {
  typeName: (code: string, fallback?: string) => string;
  category: (typeCode: string) => string;
  agencyName: (code: string) => string;
  kelurahan: readonly Area[];
}

/** The mark of a step: what a person across the room wants to tell apart. */
export function stageOf(step: Step): MapStage {
  if (step < Step.ACKNOWLEDGED || step > Step.COMPLETED) return 0;
  if (step < Step.EN_ROUTE) return 1;
  if (step < Step.ON_SCENE) return 2;
  return step < Step.UNDER_CONTROL ? 3 : 4;
}

function furthest(assignments: readonly AssignmentView[]): AssignmentView | undefined {
  const running = assignments.filter((one) => one.step <= Step.COMPLETED);
  return running.reduce<AssignmentView | undefined>((a, b) => (a && a.step >= b.step ? a : b), undefined);
}

interface Where {
  point?: MapPoint;
  approximate: boolean;
}

/** The point itself, else the middle of the kelurahan, said to be only that. */
function where(
  point: { latitude: number; longitude: number; accuracyM: number } | undefined,
  area: Area | undefined,
): Where {
  if (point) {
    const { latitude, longitude, accuracyM } = point;
    return { point: { latitude, longitude, accuracyM }, approximate: false };
  }
  const middle = area?.labelPoint;
  if (!middle) return { approximate: true };
  return { point: { latitude: middle.latitude, longitude: middle.longitude }, approximate: true };
}

/** The alarm that nobody has taken, in words: the escalated one, else the oldest; empty for none. */
export function alarmOnMap(alarms: readonly AlarmView[], names: Pick<Names, "agencyName">): string {
  const untaken = alarms.filter((one) => !one.takenByLabel);
  const [first] = untaken.sort((a, b) => b.level - a.level || (ms(a.raisedAt) ?? 0) - (ms(b.raisedAt) ?? 0));
  return first ? alarmInShort(first, names.agencyName) : "";
}

/** An incident as boards see it, with the assignments and alarms that count for it. */
export function incidentOnMap(
  incident: IncidentView,
  assignments: readonly AssignmentView[],
  names: Names,
  alarms: readonly AlarmView[] = [],
): MapIncident {
  const lead = furthest(assignments);
  const place = incident.place;
  const area = names.kelurahan.find((one) => one.code === place?.kelurahanCode);
  const openedAt = ms(incident.openedAt);
  return {
    id: incident.id,
    number: incident.number,
    typeName:
      incident.masked && incident.typeName
        ? t("map.sensitive")
        : names.typeName(incident.typeCode, incident.typeName) || t("map.noType"),
    category: incident.masked ? "" : incident.category,
    priority: incident.priority,
    stage: lead ? stageOf(lead.step) : 0,
    stageText: lead ? `${names.agencyName(lead.agencyCode)} ${tn("step", lead.step)}` : tn("step", 0),
    place: place?.text || (place?.kelurahanName ? `Kel. ${place.kelurahanName}` : place?.neighbourName) || "",
    ...where(place?.point, area),
    masked: incident.masked,
    alarm: alarmOnMap(alarms, names),
    ...(openedAt === undefined ? {} : { openedAt }),
    closed: incident.state !== IncidentState.OPEN,
  };
}

/** A case as an agency sees it: its own assignment. */
export function taskOnMap(assignment: AssignmentView, names: Names): MapIncident {
  const task = assignment.task;
  const area = names.kelurahan.find(
    (one) => one.name === task?.kelurahanName && one.kecamatanName === task?.kecamatanName,
  );
  const openedAt = ms(task?.openedAt);
  return {
    id: assignment.incidentId,
    number: assignment.incidentNumber,
    typeName: names.typeName(task?.typeCode ?? "", task?.typeName) || t("map.noType"),
    category: names.category(task?.typeCode ?? ""),
    priority: task?.priority ?? 0,
    stage: stageOf(assignment.step),
    stageText: tn("step", assignment.step),
    place: task?.placeText || (task?.kelurahanName ? `Kel. ${task.kelurahanName}` : ""),
    ...where(task?.point, area),
    masked: false,
    ...(openedAt === undefined ? {} : { openedAt }),
    closed: task?.closed ?? false,
  };
}

/** A unit with its last known position; `incidentOf` says to which case an assignment belongs. */
export function unitOnMap(
  unit: UnitView,
  names: Pick<Names, "agencyName">,
  incidentOf: (assignmentId: string) => string | undefined,
): MapUnit {
  const status = !unit.inService ? "out" : unit.assignmentIds.length > 0 ? "busy" : "free";
  const point = unit.positionNow?.point;
  const at = ms(unit.positionNow?.at);
  return {
    id: unit.id,
    code: unit.code,
    kind: unit.kind,
    agencyName: names.agencyName(unit.agencyCode),
    status,
    statusText: status === "busy" ? tn("step", unit.step) : t(status === "out" ? "map.out" : "map.free"),
    ...(point ? { point: { latitude: point.latitude, longitude: point.longitude } } : {}),
    ...(at === undefined ? {} : { at }),
    incidentIds: unit.assignmentIds.map(incidentOf).filter((id) => id !== undefined),
  };
}
