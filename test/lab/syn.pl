#!/usr/bin/perl
# Sends one SYN with the given TCP options from a raw socket and prints what comes back, one line: flags and MPTCP option in hex, or silence.
# usage: syn.pl SOURCE DESTINATION PORT OPTIONS_HEX    (only for addresses inside a lab; the option length a multiple of 4)
use strict;
use warnings;
use Socket qw(AF_INET SOCK_RAW IPPROTO_TCP inet_aton pack_sockaddr_in);

my ($source, $destination, $port, $hex) = @ARGV;
die "$destination is not in 198.18.0.0/15\n" unless $destination =~ /^198\.1[89]\./;
my $options = pack 'H*', $hex;
my $from    = 40000 + int rand 20000;
my $header  = pack 'n n N N C C n n n', $from, $port, int(rand 2**32), 0, (20 + length $options) / 4 << 4, 0x02, 64240, 0, 0;
my $segment = $header . $options;
my $pseudo  = inet_aton($source) . inet_aton($destination) . pack 'n n', IPPROTO_TCP, length $segment;
my $sum     = 0;
$sum += $_ for unpack 'n*', $pseudo . $segment;
$sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
substr $segment, 16, 2, pack 'n', ~$sum & 0xffff;

socket my $socket, AF_INET, SOCK_RAW, IPPROTO_TCP or die "raw socket: $!\n";
send $socket, $segment, 0, pack_sockaddr_in(0, inet_aton($destination)) or die "send: $!\n";
local $SIG{ALRM} = sub { print "silence\n"; exit 0 };
alarm 1;
while (recv $socket, my $packet, 65535, 0) {
    my $tcp = substr $packet, (unpack('C', $packet) & 15) * 4;
    my ($their_port, $our_port, $offset, $flags) = unpack 'n n x8 C C', $tcp;
    next unless $their_port == $port && $our_port == $from && substr($packet, 12, 4) eq inet_aton($destination);
    my $rest = substr $tcp, 20, ($offset >> 4) * 4 - 20;
    my $mptcp = '-';
    while (length $rest) {
        my ($kind, $length) = unpack 'C C', "$rest\0";
        last if $kind == 0;
        $length = 1 if $kind == 1;
        last if $length < 1;
        $mptcp = unpack 'H*', substr $rest, 0, $length if $kind == 30;
        $rest = substr $rest, $length;
    }
    print $flags & 0x04 ? 'rst' : 'synack', " $mptcp\n";
    exit 0;
}
