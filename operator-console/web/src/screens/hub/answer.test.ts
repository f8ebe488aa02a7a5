import { expect, test } from "vitest";
import { answerText } from "./answer.ts";

const PROBLEM = '422 {"code":"SIAGA-5007","title":"Data tidak sesuai skema.","title_en":"Data do not fit."}';

test("the hub's words are read in the reader's language, with its code", () => {
  expect(answerText(PROBLEM, "id")).toBe("Data tidak sesuai skema. (422, SIAGA-5007)");
  expect(answerText(PROBLEM, "en")).toBe("Data do not fit. (422, SIAGA-5007)");
});

test("what is no problem document stays as it is", () => {
  for (const raw of [
    "",
    "no answer within 5000 ms",
    "502 <html>",
    '422 {"code":',
    "422 {}",
    '500 {"title":7}',
  ]) {
    expect(answerText(raw, "id")).toBe(raw);
  }
});
