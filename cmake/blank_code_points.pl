#!/usr/bin/perl
# Prints the code points that show nothing, by the properties that Unicode itself gives them: all of
# src/app/input/blank_code_points.hpp, or with --sql the bracket expression of db/'s has_visible_character().
#   White_Space, Default_Ignorable_Code_Point, Noncharacter_Code_Point, and of the General_Category Cc, Cf, Cs and Co,
#   less Prepended_Concatenation_Mark (Cf that has a shape).
# Cn, what is not assigned, is left out but for noncharacters: it can be an emoji of next year. Three glyphs are blank by
# design, which no property says: BRAILLE PATTERN BLANK, MUSICAL SYMBOL NULL NOTEHEAD, KHITAN SMALL SCRIPT FILLER.
use strict;
use warnings;
no warnings qw(surrogate nonchar non_unicode);
use Unicode::UCD;

my @ranges;
for my $point (0 .. 0x10FFFF) {
    my $letter = chr $point;
    next unless $letter =~ /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/
        || $letter =~ /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\x{2800}\x{1D159}\x{16FE4}]/;
    next if $letter =~ /\p{Prepended_Concatenation_Mark}/;
    if (@ranges && $ranges[-1][1] == $point - 1) { $ranges[-1][1] = $point }
    else { push @ranges, [$point, $point] }
}

if (@ARGV && $ARGV[0] eq '--sql') {
    my $name = sub { sprintf $_[0] > 0xFFFF ? '\U%08x' : '\u%04x', $_[0] };
    for (@ranges) {
        my ($first, $last) = @$_;
        $first = 1 if $first == 0; # PostgreSQL's text holds no NUL, and no surrogate
        $first = 0xE000 if $first == 0xD800;
        print $name->($first), $first == $last ? '' : '-' . $name->($last);
    }
    print "\n";
    exit;
}
my $version = Unicode::UCD::UnicodeVersion();
print <<"END";
#pragma once

#include <array>

namespace cruddur::app::input {

// The code points that show nothing, as ranges in ascending order. cmake/blank_code_points.pl made this file, of
// Unicode $version, and says by which properties.
struct code_point_range {
    char32_t first;
    char32_t last;
};
// clang-format off
inline constexpr std::array blank_code_points{
END
printf "    code_point_range{0x%x, 0x%x},\n", @$_ for @ranges;
print <<"END";
};
// clang-format on

} // namespace cruddur::app::input
END
