from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from customers.models import Customer, CustomerHistory, CustomerNote
from shop.admin import HistoryInline
from shop.models import Asked


class CustomerNoteInline(TabularInline):
    model = CustomerNote
    extra = 0
    hide_title = True
    fields = ["at", "author", "text"]


class CustomerHistoryInline(HistoryInline):
    model = CustomerHistory
    fields = readonly_fields = ["at", "what", "text", "by", "via", "reference"]


@admin.register(Customer)
class CustomerAdmin(ModelAdmin):
    list_display = ["email", "first_name", "last_name", "tier", "customer_since"]
    list_filter = ["tier", "customer_since"]
    search_fields = ["email", "first_name", "last_name", "phone"]
    inlines = [CustomerNoteInline, CustomerHistoryInline]
    list_per_page = 50
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and form.changed_data:
            name = request.user.get_username()
            obj.record("edited", asked=Asked(by=f"staff {name}", via=name), text=", ".join(form.changed_data))


@admin.register(CustomerNote)
class CustomerNoteAdmin(ModelAdmin):
    list_display = ["at", "customer", "author", "text"]
    list_filter = ["at"]
    search_fields = ["customer__email", "text"]
    autocomplete_fields = ["customer"]
    list_select_related = ["customer"]
    list_per_page = 50
    show_full_result_count = False
