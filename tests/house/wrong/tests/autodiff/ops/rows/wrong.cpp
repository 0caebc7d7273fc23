rows::Row row{"asked", "elements", call};
