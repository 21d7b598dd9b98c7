#include "http/static_files.hpp"

#include <fmt/format.h>

#include <map>

namespace cruddur::http {
namespace {

std::shared_ptr<const rendered> render(const static_file& file, std::string_view connect_to) {
    auto page = std::make_shared<rendered>();
    page->content_type = file.content_type;
    page->etag = file.etag;
    page->cache_control = file.immutable ? "public, max-age=31536000, immutable" : "no-cache";
    page->identity = file.identity;
    page->gzip = file.gzip;
    page->brotli = file.brotli;
    if (file.content_type.starts_with("text/html")) {
        page->fields.emplace_back(
            "Content-Security-Policy",
            fmt::format("default-src 'self'; connect-src 'self'{}{}; base-uri 'none'; form-action 'self'; "
                        "frame-ancestors 'none'; object-src 'none'",
                        connect_to.empty() ? "" : " ", connect_to));
        page->fields.emplace_back("Referrer-Policy", "no-referrer");
    }
    return page;
}

} // namespace

shortcut serve_static(std::span<const static_file> files, std::string_view connect_to) {
    auto table = std::make_shared<std::map<std::string, std::shared_ptr<const rendered>, std::less<>>>();
    for (const auto& file : files)
        table->emplace(file.path, render(file, connect_to));
    if (const auto index = table->find("/index.html"); index != table->end())
        table->emplace("/", index->second);
    return [table = std::shared_ptr<const std::remove_reference_t<decltype(*table)>>(std::move(table))](
               const request& request) -> std::optional<response> {
        const auto file = table->find(request.path);
        if (file == table->end()) return std::nullopt;
        response answer;
        answer.finished = file->second;
        return answer;
    };
}

} // namespace cruddur::http
