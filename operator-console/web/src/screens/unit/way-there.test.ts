import { describe, expect, test } from "vitest";
import { bearing, distanceText, navigationLink, wayText } from "./way-there.ts";

const MARKET = { latitude: 0.9063, longitude: 108.9872 };

describe("the way there", () => {
  test("opens what each phone navigates with", () => {
    expect(navigationLink(MARKET, "Jl. Niaga (ruko)", "Mozilla/5.0 (Linux; Android 15)")).toBe(
      "geo:0.906300,108.987200?q=0.906300,108.987200(Jl.%20Niaga%20(ruko))",
    );
    expect(
      navigationLink(MARKET, "Jl. Niaga", "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)"),
    ).toBe("https://maps.apple.com/?daddr=0.906300,108.987200&q=Jl.%20Niaga");
    expect(navigationLink(MARKET, "Jl. Niaga", "Mozilla/5.0 (X11; Linux x86_64)")).toContain(
      "mlat=0.906300&mlon=108.987200",
    );
  });

  test("knows the winds", () => {
    const from = (latitude: number, longitude: number) =>
      Math.round(bearing({ latitude, longitude }, MARKET));
    expect(from(0.8963, 108.9872)).toBe(0);
    expect(from(0.9063, 108.9772)).toBe(90);
    expect(from(0.9163, 108.9872)).toBe(180);
    expect(from(0.9063, 108.9972)).toBe(270);
  });

  test("says distances as exactly as they are known", () => {
    expect(distanceText(4)).toBe("10 m");
    expect(distanceText(447)).toBe("450 m");
    expect(distanceText(1_940)).toBe("1,9 km");
    expect(distanceText(23_400)).toBe("23 km");
    expect(wayText({ latitude: 0.8963, longitude: 108.9872 }, MARKET)).toBe("± 1,1 km utara, garis lurus");
  });
});
