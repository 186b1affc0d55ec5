#!/usr/bin/perl
# Writes MaxMind DB files. stdin: JSON {epoch, databases: [{file, type, records: [{prefix, data}]}]}, data nested as in GeoIP2.
use strict;
use warnings;
use JSON::PP qw(decode_json);
use MaxMind::DB::Writer::Tree;

# Types of the leaves as the GeoIP2 files have them; every other key holds a map or text.
my %type = (
    accuracy_radius => 'uint16',
    geoname_id      => 'uint32',
    latitude        => 'double',
    longitude       => 'double',
    (map { $_ => 'utf8_string' } qw(code en iso_code time_zone)),
    (map { $_ => 'map' } qw(city continent country location names registered_country)),
);

my $input = decode_json(do { local $/; <STDIN> });
for my $database (@{ $input->{databases} }) {
    my $tree = MaxMind::DB::Writer::Tree->new(
        ip_version            => 6,
        record_size           => 24,
        database_type         => $database->{type},
        languages             => ['en'],
        description           => { en => 'places of a test Internet' },
        map_key_type_callback => sub { $type{ $_[0] } // die "no type for key $_[0]\n" },
        alias_ipv6_to_ipv4    => 1,
        # The lab lives in reserved networks, which the writer would drop.
        remove_reserved_networks => 0,
    );
    # The library has no public way to state the time; two labs must make the same bytes.
    $tree->_set_build_epoch($input->{epoch});
    $tree->insert_network($_->{prefix}, $_->{data}) for @{ $database->{records} };
    open my $out, '>:raw', $database->{file} or die "$database->{file}: $!\n";
    $tree->write_tree($out);
    close $out or die "$database->{file}: $!\n";
}
