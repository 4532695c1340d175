"""Where working days come from (工作日历来源): chinese-calendar, the statutory days, overlays."""
