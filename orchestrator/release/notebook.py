# %% [markdown]
# # A census of Multipath TCP, recomputed
#
# Table 1 and Figure 5 of *An Early Look at Multipath TCP Deployment in the Wild* (2015), from the files of this release alone.
# The README says what each number means, and what it does not mean.
#
# Needs Python 3 with pandas (Debian: `python3-pandas`) and, for the figure, matplotlib (`python3-matplotlib`).
# Run it in the folder of the release.

# %%
import json
from pathlib import Path

import pandas as pd

release = Path('.')
data = release / 'data'
facts = json.loads((release / 'run.json').read_text())


def table(name):
    """A table of the release. "NA" is Namibia, and no missing value: only an empty field is."""
    return pd.read_csv(data / f'{name}.csv.gz', keep_default_na=False, na_values=[''], low_memory=False)


print(facts['run'], facts['measured'], facts['result'])

# %% [markdown]
# ## Table 1. MPTCP-capable servers per country
#
# A server is an address, all its ports together. It is capable when it is so in MPTCP v1 or v0. The ratio is of all capable addresses,
# those without a country among them. A release of level `aggregate` holds no table of addresses: there, endpoints
# (address and port) are counted, and a country that is withheld is counted in the rows in parentheses.

# %%


def capable_addresses(hosts):
    """One row per address out of one per endpoint: where it lies, by its lowest port, and what it is capable of."""
    hosts = hosts.assign(
        v1=hosts.v1.fillna('').str.contains('"verdict":"capable"', regex=False),
        v0=hosts.v0.fillna('').str.contains('"verdict":"capable"', regex=False),
    ).sort_values('port')
    places = hosts.groupby('address').country.agg(lambda at: at.iloc[0])
    claims = hosts.groupby('address')[['v1', 'v0']].any()
    return claims.join(places).assign(addresses=1)


def table_1():
    if (data / 'hosts.csv.gz').exists():
        rows = capable_addresses(table('hosts'))
    elif (data / 'block_addresses.csv.gz').exists():
        rows = table('block_addresses').rename(columns={'capable_v1': 'v1', 'capable_v0': 'v0'})
    else:
        return aggregate_table_1()
    rows = rows[rows.v1 | rows.v0].assign(country=rows.country.fillna('(unknown)'))
    counted = pd.DataFrame({
        'servers': rows.groupby('country').addresses.sum(),
        'v1': rows[rows.v1].groupby('country').addresses.sum(),
        'v0': rows[rows.v0].groupby('country').addresses.sum(),
    }).fillna(0).astype(int)
    counted.insert(1, 'ratio', 100 * counted.servers / counted.servers.sum())
    return counted.rename_axis('country').reset_index().sort_values(['servers', 'country'], ascending=[False, True], ignore_index=True)


def aggregate_table_1():
    places = table('places')
    countries = places[places.row.isin(['country', 'rest_of_all'])]
    named = countries.assign(country=countries.country.fillna('(all others)').replace('ZZ', '(unknown)'))
    wide = named.pivot(index='country', columns='version', values=['answered', 'capable']).astype('Int64')
    wide.columns = [f'{what}_v{version}' for what, version in wide.columns]
    return wide.reset_index()


table1 = table_1()
table1

# %% [markdown]
# ## Figure 5a. Ranks of the capable domains
#
# Cumulative share of the entries of the list over their rank: those with a capable address beside all that answered. Without a list
# that has ranks there is nothing to draw.

# %%


def ranked():
    """Entries that answered, and those of them that are capable, by rank; of an aggregate release by bins of ranks."""
    if not (data / 'domains.csv.gz').exists():
        return table('ranks')
    entries = table('domains').dropna(subset=['rank'])
    entries = entries[entries.addresses_answered > 0].assign(answered=1)
    entries['capable'] = ((entries.addresses_capable_v1 + entries.addresses_capable_v0) > 0).astype(int)
    bins = entries.groupby('rank')[['answered', 'capable']].sum().reset_index()
    return bins.assign(rank_from=bins['rank'], rank_to=bins['rank'])


def figure_5a(bins):
    """Steps of both lines: rank, and the share of entries at this rank or better."""
    shares = bins[['answered', 'capable']].cumsum() / bins[['answered', 'capable']].sum()
    return shares.assign(rank=bins.rank_to).set_index('rank')


bins = ranked()
figure5 = figure_5a(bins)
figure5.tail()

# %%
try:
    import matplotlib.pyplot as plt
except ImportError:
    plt = None
    print('no matplotlib, no drawing: the numbers are above')

if plt is not None and figure5.capable.notna().any():
    figure, axes = plt.subplots(figsize=(6, 4.5))
    axes.step(figure5.index, 100 * figure5.capable, where='post', label='MPTCP-capable')
    axes.step(figure5.index, 100 * figure5.answered, where='post', label='all that answered', color='grey')
    axes.set(xlabel='Rank in the list', ylabel='Domains at this rank or better, %', xlim=(0, None), ylim=(0, 100))
    axes.legend(loc='lower right')
    plt.show()

# %% [markdown]
# ## Figure 5b. Capable share from the top of the list
#
# The share of capable entries among those that answered, in groups of growing size; each holds those before it. Of an aggregate release
# a group within which a bin of ranks ends beyond it cannot be told, and is left out.

# %%


def figure_5b(bins):
    """One row per group: the last rank in it, entries that answered, capable ones, and their share in percent."""
    if bins.empty:
        return pd.DataFrame(columns=['top', 'answered', 'capable', 'share'])
    last = int(bins.rank_to.max())
    tops = sorted({top for top in [10, 100, 1000, 10_000, 100_000, 1_000_000, last] if top <= last})
    whole = [top for top in tops if not ((bins.rank_from <= top) & (bins.rank_to > top)).any()]
    groups = [bins.loc[bins.rank_to <= top, ['answered', 'capable']].sum().astype(int) for top in whole]
    rows = pd.DataFrame(groups).reset_index(drop=True)
    rows.insert(0, 'top', whole)
    return rows.assign(share=100 * rows.capable / rows.answered)


figure5b = figure_5b(bins)
figure5b

# %%
if plt is not None and not figure5b.empty:
    figure, axes = plt.subplots(figsize=(6, 4.5))
    axes.bar([str(top) for top in figure5b.top], figure5b.share)
    axes.set(xlabel='Domains down to this rank of the list', ylabel='Capable, % of the domains that answered')
    plt.show()
