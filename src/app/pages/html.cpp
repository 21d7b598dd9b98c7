#include "app/pages/html.hpp"

namespace cruddur::app::pages {

void append_html(std::string& out, std::string_view text) {
    for (const char letter : text) {
        switch (letter) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += letter;
        }
    }
}

// "<" stands in JSON's strings alone, where it may be escaped.
void append_script_json(std::string& out, std::string_view json) {
    for (const char letter : json) {
        if (letter == '<')
            out += "\\u003c";
        else
            out += letter;
    }
}

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
