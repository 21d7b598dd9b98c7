#include "http/html.hpp"

namespace cruddur::http {

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

} // namespace cruddur::http
