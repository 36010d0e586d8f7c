import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Places } from "../../../../agent/probe/package/places.ts";

const word = fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/);
/** Characters that the names of lists have in another form. */
const directory = fc.stringMatching(/^[a-z][a-z0-9_~.-]{0,8}$/);

/** The name of a list as apt makes it (URItoFileName), of the URI without its scheme. */
function listOf(path: string): string {
  return path.replaceAll("%", "%25").replaceAll("_", "%5f").replaceAll("~", "%7e").replaceAll("/", "_");
}

describe("places of apt's lists", () => {
  it("are those of the configuration, whatever the path and the suite are called", () => {
    const source = fc.record({
      scheme: fc.constantFrom("http", "https", "tor+http", "ftp"),
      host: word,
      path: fc.array(directory, { maxLength: 3 }),
      suite: fc.array(word, { minLength: 1, maxLength: 2 }),
      component: fc.array(word, { minLength: 1, maxLength: 2 }),
    });
    fc.assert(
      fc.property(source, ({ scheme, host, path, suite, component }) => {
        const at = [host, ...path].join("/");
        const place = { uri: `${scheme}://${at}`, suite: suite.join("/"), component: component.join("/") };
        const places = new Places();
        places.configure({ ...place, components: [place.component] });
        const dists = `${at}/dists/${place.suite}`;
        expect(places.of(listOf(`${dists}/${place.component}/binary-amd64/Packages`))).toEqual(place);
        expect(places.of(listOf(`${dists}/${place.component}/source/Sources`))).toEqual(place);
        expect(places.of(listOf(`${dists}/InRelease`))).toEqual({ ...place, component: "" });
      }),
    );
  });

  it("are known for flat repositories, of which live-build makes one for local packages", () => {
    const places = new Places();
    places.configure({ uri: "file:/root/packages", suite: "./", components: [] });
    places.configure({ uri: "https://h.example/x", suite: "sub/", components: [] });
    expect(places.of("_root_packages_._Packages")).toMatchObject({ uri: "file:/root/packages", suite: "./" });
    expect(places.of("h.example_x_sub_Packages.zst")).toMatchObject({
      uri: "https://h.example/x",
      suite: "sub/",
    });
  });

  it("are read from the name alone when nothing is configured, with a scheme that was learnt", () => {
    const places = new Places();
    const list = "deb.example_debian_dists_sid_main_binary-amd64_Packages";
    expect(places.of(list)).toEqual({ uri: "http://deb.example/debian", suite: "sid", component: "main" });
    places.learn("https://deb.example/debian");
    expect(places.of(list).uri).toBe("https://deb.example/debian");
    expect(places.of("_srv_repo_._Packages").uri).toBe("file:/srv/repo/.");
  });
});
