#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Documentation/netlink/mbim_dss.yaml names what the header numbers: the same names
# in the same order. Run from the top of the tree.
use strict;
use warnings;
use Test::More;

my $header = slurp('include/uapi/linux/mbim_dss_netlink.h') . slurp('include/uapi/linux/mbim_dss.h');
my @spec = split /\n/, slurp('Documentation/netlink/mbim_dss.yaml');

sub slurp {
	my ($path) = @_;

	open my $file, '<', $path or die "$path: $!\n";
	local $/;
	return scalar <$file>;
}

# Enumerators of a C enum without their prefix, in lower case, with dashes; UNSPEC and
# what is private left out.
sub header_names {
	my ($enum, $prefix) = @_;

	$header =~ /^enum $enum \{(.*?)^\}/ms or die "there is no enum $enum in the headers\n";
	(my $body = $1) =~ s{/\*.*?\*/}{}gs;
	my @names = map { /^\s*${prefix}(\w+)/ ? lc $1 : () } split /\n/, $body;
	tr/_/-/ for @names;
	return grep { $_ ne 'unspec' && $_ ne 'max' } @names;
}

# Lines of the spec from the one that matches to the next that is indented no deeper.
sub block {
	my ($start, @lines) = @_;

	while (@lines && $lines[0] !~ $start) {
		shift @lines;
	}
	@lines or die "the spec has nothing like $start\n";
	my ($indent) = shift(@lines) =~ /^( *)/;
	my @block;
	while (@lines && ($lines[0] =~ /^\s*$/ || $lines[0] =~ /^\Q$indent\E /)) {
		push @block, shift @lines;
	}
	return @block;
}

# The value of "name:" in each element of a list; elements stand $depth deep.
sub names {
	my ($depth, @lines) = @_;
	my $indent = ' ' x $depth;

	return map { /^$indent  name: (\S+)$/ ? $1 : () } @lines;
}

# A definition or an attribute set: from its own name to the next one.
sub element {
	my ($section, $name) = @_;
	my @lines = block(qr/^\Q$section\E:$/, @spec);
	my @found;
	my $in = 0;

	for (@lines) {
		$in = 0 if /^  -$/;
		push @found, $_ if $in;
		$in = 1 if /^    name: \Q$name\E$/;
	}
	@found or die "$section of the spec has no $name\n";
	return @found;
}

sub definition_names {
	my ($name) = @_;
	my @lines = element('definitions', $name);
	my ($short) = map { /^    entries: \[ (.*) \]$/ ? $1 : () } @lines;

	return defined $short ? split /, /, $short : names(6, @lines);
}

my @commands = names(4, block(qr/^operations:$/, @spec));
is_deeply(\@commands, [header_names('mbim_dss_cmd', 'MBIM_DSS_CMD_')], 'commands');

is_deeply([names(6, element('attribute-sets', 'main'))],
	  [header_names('mbim_dss_attr', 'MBIM_DSS_A_')], 'attributes');
is_deeply([names(6, element('attribute-sets', 'service'))],
	  [header_names('mbim_dss_service_attr', 'MBIM_DSS_SERVICE_A_')], 'attributes of a service');

my %enums = (
	'op' => ['mbim_dss_op', 'MBIM_DSS_OP_'],
	'event' => ['mbim_dss_event', 'MBIM_DSS_EVENT_'],
	'session-state' => ['mbim_dss_session_state', 'MBIM_DSS_SESSION_'],
	'open-flag' => ['mbim_dss_open_flag', 'MBIM_DSS_OPEN_'],
	'direction' => ['mbim_dss_direction', 'MBIM_DSS_DIR_'],
);
for my $name (sort keys %enums) {
	my @known = header_names(@{$enums{$name}});

	cmp_ok(scalar @known, '>', 0, "the header has an enum for $name");
	is_deeply([definition_names($name)], \@known, $name);
}

# Every attribute that a command names is one.
my %attributes = map { $_ => 1 } header_names('mbim_dss_attr', 'MBIM_DSS_A_');
my @used = map { /^ {10,12}- (\S+)$/ ? $1 : () } block(qr/^operations:$/, @spec);
cmp_ok(scalar @used, '>', 20, 'commands name attributes');
is_deeply([grep { !$attributes{$_} } @used], [], 'all of them exist');

done_testing();
