import {
  Ambulance,
  Bike,
  Car,
  CircleQuestionMark,
  Droplet,
  Ellipsis,
  EyeOff,
  Flag,
  Flame,
  FireExtinguisher,
  HeartPulse,
  LifeBuoy,
  Shield,
  Ship,
  Truck,
  Users,
  WavesHorizontal,
  Megaphone,
  type IconNode,
} from "lucide";

/** Groups of incident types as imported; another city's groups get the dots of "other". */
const INCIDENTS: Record<string, IconNode> = {
  kebakaran: Flame,
  "masalah-kesehatan": HeartPulse,
  kecelakaan: Car,
  "bencana-alam": WavesHorizontal,
  "gangguan-keamanan": Shield,
  kerusuhan: Megaphone,
  masked: EyeOff,
  none: CircleQuestionMark,
};

/** Kinds of units as imported. */
const UNITS: Record<string, IconNode> = {
  pemadam: FireExtinguisher,
  tangki: Droplet,
  penyelamat: LifeBuoy,
  komando: Flag,
  ambulans: Ambulance,
  "motor-medis": Bike,
  truk: Truck,
  patroli: Shield,
  perahu: Ship,
  regu: Users,
};

export const incidentGlyph = (category: string): IconNode => INCIDENTS[category] ?? Ellipsis;
export const unitGlyph = (kind: string): IconNode => UNITS[kind] ?? Ellipsis;
