// A sheet of formulas: read with nlohmann/json, whose parser asks a std::function what to keep; turned into a tree of
// nodes by virtual calls, and by a visitor into functions that call each other; written as JSON again.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

using nlohmann::json;

namespace {

struct Number;
struct Text;
struct Cell;
struct Operation;

struct Visitor {
    virtual ~Visitor() = default;
    virtual void visit(const Number &) = 0;
    virtual void visit(const Text &) = 0;
    virtual void visit(const Cell &) = 0;
    virtual void visit(const Operation &) = 0;
};

struct Node {
    virtual ~Node() = default;
    virtual void accept(Visitor &) const = 0;
};

using Nodes = std::vector<std::unique_ptr<Node>>;

struct Number : Node {
    explicit Number(int value) : value(value) {}
    void accept(Visitor &visitor) const override { visitor.visit(*this); }
    int value;
};

struct Text : Node {
    explicit Text(std::string text) : text(std::move(text)) {}
    void accept(Visitor &visitor) const override { visitor.visit(*this); }
    std::string text;
};

struct Cell : Node {
    explicit Cell(std::string name) : name(std::move(name)) {}
    void accept(Visitor &visitor) const override { visitor.visit(*this); }
    std::string name;
};

struct Operation : Node {
    Operation(std::string symbol, Nodes operands) : symbol(std::move(symbol)), operands(std::move(operands)) {}
    void accept(Visitor &visitor) const override { visitor.visit(*this); }
    std::string symbol;
    Nodes operands;
};

// Numbers stand for themselves, "=a" for a cell, other text for itself, and ["+", ...] for an operation.
std::unique_ptr<Node> parse(const json &formula) {
    if (formula.is_number())
        return std::make_unique<Number>(formula.get<int>());
    if (formula.is_string()) {
        auto text = formula.get<std::string>();
        if (text[0] == '=')
            return std::make_unique<Cell>(text.substr(1));
        return std::make_unique<Text>(text);
    }
    Nodes operands;
    for (auto operand = formula.begin() + 1; operand != formula.end(); ++operand)
        operands.push_back(parse(*operand));
    return std::make_unique<Operation>(formula[0].get<std::string>(), std::move(operands));
}

// Writes a formula as people do, every operation in brackets.
class Printer : public Visitor {
  public:
    static std::string print(const Node &node) {
        Printer printer;
        node.accept(printer);
        return printer.text;
    }

  private:
    void visit(const Number &number) override { text = std::to_string(number.value); }
    void visit(const Text &quoted) override { text = '"' + quoted.text + '"'; }
    void visit(const Cell &cell) override { text = cell.name; }
    void visit(const Operation &operation) override {
        std::string list;
        for (const auto &operand : operation.operands)
            list += (list.empty() ? "" : " " + operation.symbol + " ") + print(*operand);
        text = '(' + list + ')';
    }

    std::string text;
};

using Function = std::function<json()>;
using Cells = std::map<std::string, Function>;

json add(const json &left, const json &right) {
    if (left.is_number() && right.is_number())
        return left.get<int>() + right.get<int>();
    return left.dump() + right.dump();
}

json list(const json &left, const json &right) {
    json both = left.is_array() ? left : json::array({left});
    both.push_back(right);
    return both;
}

// Turns a formula into a function of the cells that it names.
class Compiler : public Visitor {
  public:
    static Function compile(const Node &node, const Cells &cells) {
        Compiler compiler(cells);
        node.accept(compiler);
        return compiler.function;
    }

  private:
    explicit Compiler(const Cells &cells) : cells(cells) {}

    void visit(const Number &number) override {
        function = [value = number.value] { return json(value); };
    }
    void visit(const Text &quoted) override {
        function = [text = quoted.text] { return json(text); };
    }
    void visit(const Cell &cell) override {
        function = [&cells = cells, name = cell.name] {
            auto found = cells.find(name);
            return found == cells.end() ? json() : found->second();
        };
    }
    void visit(const Operation &operation) override {
        std::vector<Function> operands;
        for (const auto &operand : operation.operands)
            operands.push_back(compile(*operand, cells));
        function = [operands, apply = operation.symbol == "+" ? add : list] {
            json result = operands[0]();
            for (size_t next = 1; next < operands.size(); next++)
                result = apply(result, operands[next]());
            return result;
        };
    }

    const Cells &cells;
    Function function;
};

class Sheet {
  public:
    explicit Sheet(const std::string &text) {
        // Notes are read and dropped.
        auto is_kept = [](int, json::parse_event_t event, json &parsed) {
            return event != json::parse_event_t::key || parsed != json("note");
        };
        const json document = json::parse(text, is_kept);
        for (const auto &entry : document.items()) {
            nodes.push_back(parse(entry.value()));
            cells[entry.key()] = Compiler::compile(*nodes.back(), cells);
        }
    }

    // What stands in every cell, as JSON.
    std::string values() const {
        json values;
        for (const auto &[name, function] : cells)
            values[name] = function();
        return values.dump();
    }

    size_t length() const {
        size_t length = 0;
        for (const auto &node : nodes)
            length += Printer::print(*node).length();
        return length;
    }

  private:
    Nodes nodes;
    Cells cells;
};

// A cell that counts up to 9, `depth` operations deep, and one that refers to it.
std::string nested(int depth) {
    std::string formula = "\"deep\"";
    for (int level = 0; level < depth; level++)
        formula = std::string(level % 2 ? "[\"+\"," : "[\",\",") + std::to_string(level % 10) + "," + formula + "]";
    return "{\"deepest\":" + formula + ",\"total\":[\"+\",\"sum: \",\"=deepest\"]}";
}

const char sample[] = R"({
    "apples": 12,
    "pears": ["+", "=apples", 30],
    "note": "what is bought on Mondays is counted on Tuesdays",
    "fruit": ["+", "=apples", "=pears", ["+", 1, ["+", 2, ["+", "=apples", "=pears"]]]],
    "names": [",", "apples", "pears", [",", "plums, which nobody wants", "=fruit"]],
    "label": ["+", "there are so many of them: ", "=fruit", [",", "=names", ["+", "=names", "of them"]]],
    "empty": "=nothing"
})";

std::unique_ptr<Sheet> opened;

} // namespace

// Reads the sample, works it out, and drops it.
extern "C" __attribute__((export_name("work_out"))) int work_out() {
    Sheet sheet(sample);
    return int(sheet.values().length() + sheet.length());
}

extern "C" __attribute__((export_name("work_out_nested"))) int work_out_nested(int depth) {
    Sheet sheet(nested(depth));
    return int(sheet.values().length() + sheet.length());
}

// Reads the sample and keeps it.
extern "C" __attribute__((export_name("open_sheet"))) void open_sheet() { opened = std::make_unique<Sheet>(sample); }

extern "C" __attribute__((export_name("show"))) int show() { return opened ? int(opened->values().length()) : 0; }

extern "C" __attribute__((export_name("close_sheet"))) void close_sheet() { opened.reset(); }
