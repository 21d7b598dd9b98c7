#pragma once

#include <array>

namespace cruddur::app::input {

// The code points that show nothing, as ranges in ascending order. cmake/blank_code_points.pl made this file,
// of Unicode 14.0.0, and says by which properties.
struct code_point_range {
    char32_t first;
    char32_t last;
};
// clang-format off
inline constexpr std::array blank_code_points{
    code_point_range{0x0, 0x20},
    code_point_range{0x7f, 0xa0},
    code_point_range{0xad, 0xad},
    code_point_range{0x34f, 0x34f},
    code_point_range{0x61c, 0x61c},
    code_point_range{0x115f, 0x1160},
    code_point_range{0x1680, 0x1680},
    code_point_range{0x17b4, 0x17b5},
    code_point_range{0x180b, 0x180f},
    code_point_range{0x2000, 0x200f},
    code_point_range{0x2028, 0x202f},
    code_point_range{0x205f, 0x206f},
    code_point_range{0x2800, 0x2800},
    code_point_range{0x3000, 0x3000},
    code_point_range{0x3164, 0x3164},
    code_point_range{0xd800, 0xf8ff},
    code_point_range{0xfdd0, 0xfdef},
    code_point_range{0xfe00, 0xfe0f},
    code_point_range{0xfeff, 0xfeff},
    code_point_range{0xffa0, 0xffa0},
    code_point_range{0xfff0, 0xfffb},
    code_point_range{0xfffe, 0xffff},
    code_point_range{0x13430, 0x13438},
    code_point_range{0x16fe4, 0x16fe4},
    code_point_range{0x1bca0, 0x1bca3},
    code_point_range{0x1d159, 0x1d159},
    code_point_range{0x1d173, 0x1d17a},
    code_point_range{0x1fffe, 0x1ffff},
    code_point_range{0x2fffe, 0x2ffff},
    code_point_range{0x3fffe, 0x3ffff},
    code_point_range{0x4fffe, 0x4ffff},
    code_point_range{0x5fffe, 0x5ffff},
    code_point_range{0x6fffe, 0x6ffff},
    code_point_range{0x7fffe, 0x7ffff},
    code_point_range{0x8fffe, 0x8ffff},
    code_point_range{0x9fffe, 0x9ffff},
    code_point_range{0xafffe, 0xaffff},
    code_point_range{0xbfffe, 0xbffff},
    code_point_range{0xcfffe, 0xcffff},
    code_point_range{0xdfffe, 0xe0fff},
    code_point_range{0xefffe, 0x10ffff},
};
// clang-format on

} // namespace cruddur::app::input
