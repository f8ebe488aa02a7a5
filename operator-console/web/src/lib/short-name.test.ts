import { expect, test } from "vitest";
import { shortName } from "./short-name.ts";

test.each([
  ["damkar", "Pemadam Kebakaran Kota Singkawang", "Damkar"],
  ["bpks-bhakti-suci", "BPKS Bhakti Suci", "BPKS Bhakti Suci"],
  ["psc119", "PSC 119 Dinas Kesehatan", "PSC 119"],
  ["dlh", "Dinas Lingkungan Hidup", "DLH"],
  ["dishub", "Dinas Perhubungan", "Dishub"],
  ["manggala-agni", "Manggala Agni", "Manggala Agni"],
  ["rsud", "RSUD dr. Abdul Aziz", "RSUD"],
  ["polres", "", "Polres"],
])("%s of %s is called %s where there is little room", (code, name, short) => {
  expect(shortName(code, name)).toBe(short);
});
