#include "postgres/error.hpp"

#include "postgres/error_table.hpp"

#include <boost/throw_exception.hpp>

#include <stdexcept>

namespace cruddur::postgres {
namespace {

// For failures that PostgreSQL itself said nothing about.
std::string_view advice_for(failure kind) {
    switch (kind) {
    case failure::usage:
        return "Correct the input: nothing was sent to the server.";
    case failure::connect:
        return "`cruddur db doctor` tries each step of the way and says which one fails.";
    case failure::overloaded:
        return "Statements come in faster than the server answers them: try again later.";
    case failure::timeout:
        return "The server or the way to it is slow: `cruddur db doctor` tells which.";
    case failure::lost:
        return "A write that had been sent may or may not have been done: look before repeating it.";
    case failure::stopping:
    case failure::server:
        break;
    }
    return {};
}

void append_on_one_line(std::string& to, std::string_view text) {
    for (const char c : text) {
        if (c != '\n' && c != '\r' && c != '\t') {
            to += c;
        } else if (!to.empty() && to.back() != ' ') {
            to += ' ';
        }
    }
    while (!to.empty() && to.back() == ' ')
        to.pop_back();
}

} // namespace

std::string_view error::condition() const {
    return condition_of(sqlstate);
}

std::string_view error::advice() const {
    if (!hint.empty()) return hint;
    const std::string_view known = hint_of(sqlstate);
    return known.empty() ? advice_for(kind) : known;
}

std::string error::describe() const {
    std::string line;
    append_on_one_line(line, message);
    if (!sqlstate.empty()) {
        line += line.empty() ? "(" : " (";
        line += sqlstate;
        if (const std::string_view name = condition(); !name.empty()) (line += ' ') += name;
        line += ')';
    }
    if (!detail.empty()) {
        line += ": ";
        append_on_one_line(line, detail);
    }
    return line;
}

void throw_exception_from_error(const error& failed, const boost::source_location& where) {
    boost::throw_exception(std::runtime_error(failed.describe()), where);
}

} // namespace cruddur::postgres
