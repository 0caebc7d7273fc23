bool is_asked(const Entry& entry) { return entry.op == "asked"; }
