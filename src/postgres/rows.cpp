#include "postgres/rows.hpp"

#include "postgres/libpq.hpp"

#include <cassert>
#include <charconv>

namespace cruddur::postgres {
namespace {

int index(std::size_t number) {
    return static_cast<int>(number);
}

} // namespace

rows::rows(pg_result* owned)
    : result_(owned, result_deleter{}) {}

std::size_t rows::size() const {
    return result_ ? static_cast<std::size_t>(PQntuples(result_.get())) : 0;
}

std::size_t rows::columns() const {
    return result_ ? static_cast<std::size_t>(PQnfields(result_.get())) : 0;
}

std::string_view rows::column_name(std::size_t column) const {
    assert(column < columns());
    return PQfname(result_.get(), index(column));
}

std::optional<std::string_view> rows::get(std::size_t row, std::size_t column) const {
    assert(row < size() && column < columns());
    if (PQgetisnull(result_.get(), index(row), index(column)) != 0) return std::nullopt;
    return std::string_view{PQgetvalue(result_.get(), index(row), index(column)),
                            static_cast<std::size_t>(PQgetlength(result_.get(), index(row), index(column)))};
}

std::int64_t rows::affected() const {
    if (!result_) return 0;
    const std::string_view text = PQcmdTuples(result_.get());
    std::int64_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

std::string_view rows::command() const {
    return result_ ? PQcmdStatus(result_.get()) : "";
}

std::optional<json> json_of(const rows& from) {
    if (from.empty() || from.columns() == 0) return std::nullopt;
    const auto value = from.get(0, 0);
    if (!value) return std::nullopt;
    return json{from.owner(), *value};
}

} // namespace cruddur::postgres
