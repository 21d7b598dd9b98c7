#include "postgres/rows.hpp"

#include "postgres/libpq.hpp"
#include "postgres/statement.hpp"

#include <boost/endian/conversion.hpp>

#include <algorithm>
#include <cassert>
#include <charconv>

namespace cruddur::postgres {
namespace {

// Of an array's binary form: dimensions, whether there are NULLs, the elements' type, then of each dimension
// its length and first index, then each element after its length.
constexpr std::size_t array_fixed_bytes = 3 * 4;
constexpr std::size_t array_dimension_bytes = 2 * 4;
constexpr std::size_t array_head_bytes = array_fixed_bytes + array_dimension_bytes;
constexpr std::size_t uuid_bytes = 16;
constexpr std::size_t uuid_element_bytes = 4 + uuid_bytes;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

std::size_t uuid_list::size() const {
    return binary_.size() < array_head_bytes ? 0 : (binary_.size() - array_head_bytes) / uuid_element_bytes;
}

std::string_view uuid_list::operator[](std::size_t at) const {
    return binary_.substr(array_head_bytes + at * uuid_element_bytes + 4, uuid_bytes);
}

bool uuid_list::contains(std::string_view uuid) const {
    for (std::size_t at = 0; at < size(); ++at)
        if ((*this)[at] == uuid) return true;
    return false;
}

text_list::text_list(std::string_view binary) {
    const std::size_t dimensions = boost::endian::load_big_u32(bytes_of(binary));
    rest_ = binary.substr(array_fixed_bytes + dimensions * array_dimension_bytes);
}

std::optional<std::string_view> text_list::next() {
    if (rest_.size() < 4) return std::nullopt;
    const std::size_t bytes = boost::endian::load_big_u32(bytes_of(rest_));
    const auto text = rest_.substr(4, bytes);
    rest_.remove_prefix(4 + text.size());
    return text;
}

rows::rows(pg_result* owned)
    : result_(owned, result_deleter{})
    , size_{static_cast<std::size_t>(PQntuples(owned))} {}

rows rows::part(std::size_t first, std::size_t size, std::size_t columns_less) const {
    assert(first <= size_ && size <= size_ - first && columns_less <= columns());
    rows made = *this;
    made.first_row_ += first;
    made.first_column_ += columns_less;
    made.size_ = size;
    return made;
}

int rows::row_of(std::size_t row) const {
    return static_cast<int>(first_row_ + row);
}

int rows::column_of(std::size_t column) const {
    return static_cast<int>(first_column_ + column);
}

std::size_t rows::columns() const {
    return result_ ? static_cast<std::size_t>(PQnfields(result_.get())) - first_column_ : 0;
}

std::string_view rows::column_name(std::size_t column) const {
    assert(column < columns());
    return PQfname(result_.get(), column_of(column));
}

std::optional<std::string_view> rows::get(std::size_t row, std::size_t column) const {
    assert(row < size() && column < columns());
    if (PQgetisnull(result_.get(), row_of(row), column_of(column)) != 0) return std::nullopt;
    return std::string_view{
        PQgetvalue(result_.get(), row_of(row), column_of(column)),
        static_cast<std::size_t>(PQgetlength(result_.get(), row_of(row), column_of(column)))};
}

bool rows::is_null(std::size_t row, std::size_t column) const {
    assert(row < size() && column < columns());
    return PQgetisnull(result_.get(), row_of(row), column_of(column)) != 0;
}

std::string_view rows::text(std::size_t row, std::size_t column) const {
    assert(!is_null(row, column));
    return {PQgetvalue(result_.get(), row_of(row), column_of(column)),
            static_cast<std::size_t>(PQgetlength(result_.get(), row_of(row), column_of(column)))};
}

// The value of a type whose binary form has that many bytes.
std::string_view rows::fixed(std::size_t row, std::size_t column, std::size_t bytes) const {
    assert(PQfformat(result_.get(), column_of(column)) == static_cast<int>(value_format::binary));
    const std::string_view value = text(row, column);
    assert(value.size() == bytes);
    return value.substr(0, bytes);
}

std::string_view rows::uuid(std::size_t row, std::size_t column) const {
    return fixed(row, column, uuid_bytes);
}

uuid_list rows::uuids(std::size_t row, std::size_t column) const {
    return uuid_list{text(row, column)};
}

text_list rows::texts(std::size_t row, std::size_t column) const {
    return text_list{text(row, column)};
}

bool rows::boolean(std::size_t row, std::size_t column) const {
    return fixed(row, column, 1).front() != '\0';
}

std::int32_t rows::int32(std::size_t row, std::size_t column) const {
    return boost::endian::load_big_s32(bytes_of(fixed(row, column, 4)));
}

std::int64_t rows::int64(std::size_t row, std::size_t column) const {
    return boost::endian::load_big_s64(bytes_of(fixed(row, column, 8)));
}

std::chrono::microseconds rows::time(std::size_t row, std::size_t column) const {
    using std::chrono::microseconds;
    constexpr microseconds epoch = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}.time_since_epoch();
    const microseconds since_2000{int64(row, column)};
    if (since_2000 >= microseconds::max() - epoch) return microseconds::max();
    return since_2000 == microseconds::min() ? since_2000 : since_2000 + epoch;
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
