using Microsoft.AspNetCore.Builder;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceModelConfiguration("Web.config");
var app = builder.Build();
app.UseServiceModelConfiguration();
app.Run();
