#include "app/pages/excerpt.hpp"

namespace cruddur::app::pages {

std::string excerpt(std::string_view text, std::size_t characters_max) {
    std::string made;
    std::size_t characters = 0;
    for (const char letter : text) {
        const bool begins_character = (static_cast<unsigned char>(letter) & 0xC0U) != 0x80U;
        if (begins_character && ++characters > characters_max) return made + "…";
        made += letter == '\n' || letter == '\r' || letter == '\t' ? ' ' : letter;
    }
    return made;
}

} // namespace cruddur::app::pages
