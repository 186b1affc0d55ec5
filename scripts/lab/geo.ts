import { rename } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './command.ts';
import type { Plan, Route } from './plan.ts';

const CONTINENTS: Record<string, { name: string; geoname_id: number }> = {
  AF: { name: 'Africa', geoname_id: 6255146 },
  AS: { name: 'Asia', geoname_id: 6255147 },
  EU: { name: 'Europe', geoname_id: 6255148 },
  NA: { name: 'North America', geoname_id: 6255149 },
  OC: { name: 'Oceania', geoname_id: 6255151 },
  SA: { name: 'South America', geoname_id: 6255150 },
};

/** The nested record of GeoIP2 Country: where the address is used, and where it is registered. */
function countryRecord({ world }: Plan, route: Route): Record<string, unknown> {
  const place = world.cities[route.city];
  const country = place && world.countries[place.country];
  const registered = world.countries[route.network.country];
  const continent = country && CONTINENTS[country.continent];
  if (!place || !country || !registered || !continent)
    throw new Error(`world ${world.name}: no city, country or continent for ${route.prefix}`);
  return {
    continent: { code: country.continent, geoname_id: continent.geoname_id, names: { en: continent.name } },
    country: { iso_code: place.country, geoname_id: country.geoname_id, names: { en: country.name } },
    registered_country: {
      iso_code: route.network.country,
      geoname_id: registered.geoname_id,
      names: { en: registered.name },
    },
  };
}

function cityRecord(plan: Plan, route: Route): Record<string, unknown> {
  const place = plan.world.cities[route.city];
  if (!place) throw new Error(`world ${plan.world.name}: no city ${route.city}`);
  return {
    ...countryRecord(plan, route),
    city: { geoname_id: place.geoname_id, names: { en: route.city } },
    location: {
      latitude: place.latitude,
      longitude: place.longitude,
      accuracy_radius: 20,
      time_zone: place.time_zone,
    },
  };
}

/** Writes country.mmdb and city.mmdb (MaxMind DB 2.0) into dir and returns the two file names. */
export async function writeGeo(plan: Plan, dir: string): Promise<string[]> {
  // Shorter prefixes first: the writer lets a later network overwrite what it covers.
  const routes = [...plan.routes].sort((a, b) => Number(a.prefix.split('/')[1]) - Number(b.prefix.split('/')[1]));
  const epoch = Date.parse(`${plan.world.date}T00:00:00Z`) / 1000;
  const databases = [
    { file: 'country.mmdb', type: 'Lab-Country', record: countryRecord },
    { file: 'city.mmdb', type: 'Lab-City', record: cityRecord },
  ].map(({ file, type, record }) => ({
    file: path.join(dir, `.${file}.${process.pid}`),
    final: path.join(dir, file),
    type,
    records: routes.map((route) => ({ prefix: route.prefix, data: record(plan, route) })),
  }));
  const script = fileURLToPath(new URL('mmdb.pl', import.meta.url));
  await run(['perl', script], { input: JSON.stringify({ epoch, databases }) });
  for (const { file, final } of databases) await rename(file, final);
  return databases.map(({ final }) => path.basename(final));
}
