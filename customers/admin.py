from django.contrib import admin

from customers.models import Customer, CustomerNote


class CustomerNoteInline(admin.TabularInline):
    model = CustomerNote
    extra = 0
    fields = ["at", "author", "text"]


@admin.register(Customer)
class CustomerAdmin(admin.ModelAdmin):
    list_display = ["email", "first_name", "last_name", "tier", "customer_since"]
    list_filter = ["tier", "customer_since"]
    search_fields = ["email", "first_name", "last_name", "phone"]
    inlines = [CustomerNoteInline]
    list_per_page = 50
    show_full_result_count = False


@admin.register(CustomerNote)
class CustomerNoteAdmin(admin.ModelAdmin):
    list_display = ["at", "customer", "author", "text"]
    list_filter = ["at"]
    search_fields = ["customer__email", "text"]
    autocomplete_fields = ["customer"]
    list_select_related = ["customer"]
    list_per_page = 50
    show_full_result_count = False
